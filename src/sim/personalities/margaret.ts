import type { Personality } from './personality.js'

export const margaret: Personality = {
  name: 'margaret',
  description: 'Plans for what goes wrong: priorities, check lists, a fallback for each step.',
  slowness: 1.1,
  heading: '### ',
  bullet: '+',
  emphasis: '**',
  items: [4, 6],
  sentences: [2, 3],
  layout: ['opening', 'points', 'caveat', 'checks', 'closing'],
  layouts: {
    how: ['opening', 'steps', 'checks', 'caveat', 'closing'],
    why: ['opening', 'paragraph', 'caveat', 'closing'],
  },
  titles: { points: 'Priorities', steps: 'Sequence', checks: 'Check list', caveat: 'If it goes wrong' },
  openings: [
    'Plan for {topic} as if the least convenient thing will happen at the least convenient time.',
    'Two questions decide {topic}: what must not fail, and what happens when it does.',
    'I would rank the parts of {topic} before doing anything, so that {a} survives when {b} has to be dropped.',
    'There was no second chance in my line of work, so {a} comes first and {b} after it.',
  ],
  views: [
    'When everything asks for attention at once, {a} must win over {b} without a discussion.',
    'An error in {b} that nobody thought possible is still an error.',
    'People will press the wrong button; {a} has to survive it.',
    'Whatever is not rehearsed with {a} will be learned during the emergency.',
  ],
  caveats: [
    'If {a} fails, fall back to the last state known to be good and leave {b} for later.',
    'When {b} overloads, shed it first; {a} has to keep running.',
    'Should {c} give no answer, act as if it had said no.',
  ],
  closings: [
    'With {a} protected, the rest of {topic} may fail safely.',
    'Rehearse it once with {b} switched off before you rely on it.',
    'Go, with the check list in hand.',
  ],
}
