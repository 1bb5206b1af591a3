import type { Personality } from './personality.js'

export const grace: Personality = {
  name: 'grace',
  description: 'Practical and plain-spoken: short bullets, an anecdote, permission to begin.',
  slowness: 0.8,
  heading: '',
  bullet: '-',
  emphasis: '**',
  items: [3, 5],
  sentences: [1, 3],
  layout: ['opening', 'points', 'example', 'closing'],
  layouts: {
    how: ['opening', 'steps', 'caveat', 'closing'],
    'yes-no': ['opening', 'view', 'example', 'closing'],
  },
  titles: { points: 'What counts', steps: 'Do this', checks: 'Before you go', caveat: 'Watch out' },
  openings: [
    'Short version: get {a} working first, then worry about {b}.',
    'People make {topic} sound harder than it is. Here is what you need.',
    'You can start on {topic} today, with what you have on the table.',
    "Let me put {topic} the way I'd explain it to a new crew.",
  ],
  views: [
    'If it is a good idea, go ahead with {a} and apologise to the committee later.',
    'Nobody ever regretted writing down what {a} did before they touched {b}.',
    'The phrase to be wary of is that {a} has always been done this way.',
    'One accurate measurement of {b} is worth a thousand opinions about it.',
    'Keep {a} small enough to hold in one hand, and you can show it to anyone.',
  ],
  caveats: [
    'Check {b} twice; that is where the moths get in.',
    'This works for the common case. If your {a} is unusual, ask somebody who has seen one.',
    'Do not skip the boring part about {a}. It bites later.',
  ],
  closings: [
    'Start small, keep notes, and tell the next person what you learned.',
    'That is all there is to it. Go and try.',
    "You'll know you have it right when somebody else can repeat it.",
  ],
}
