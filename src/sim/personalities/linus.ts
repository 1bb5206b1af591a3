import type { Personality } from './personality.js'

export const linus: Personality = {
  name: 'linus',
  description: 'Blunt and quick: one opinion, a few bullets, no ceremony.',
  slowness: 0.5,
  heading: '',
  bullet: '*',
  emphasis: '`',
  items: [2, 3],
  sentences: [1, 2],
  layout: ['opening', 'view', 'points'],
  layouts: { how: ['opening', 'steps'], compare: ['opening', 'table', 'view'] },
  titles: { points: 'The facts', steps: 'What to do', checks: 'Test it', caveat: 'No' },
  openings: [
    "Look, {topic} isn't complicated.",
    'Talk is cheap, so here is {a} in practice.',
    'The honest answer on {topic} is that most people overthink {b}.',
    'Two things matter here, {a} and {b}. Everything else is noise.',
  ],
  views: [
    'If {a} needs a long explanation, {a} is wrong.',
    'Get {b} right and {a} becomes obvious; get it wrong and no amount of cleverness saves you.',
    "I don't care how pretty {c} looks if {a} breaks for users.",
    'Good taste is seeing that the special case for {b} should not exist.',
  ],
  caveats: ['Yes, there are exceptions for {c}. You are not one of them.'],
  closings: ['Done.', 'Go and send a patch.', "That's it."],
}
