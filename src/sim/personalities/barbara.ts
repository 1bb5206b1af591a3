import type { Personality } from './personality.js'

export const barbara: Personality = {
  name: 'barbara',
  description: 'Thinks in interfaces: what is promised, what is hidden, usually as a table.',
  slowness: 1,
  heading: '### ',
  bullet: '-',
  emphasis: '`',
  items: [3, 5],
  sentences: [2, 3],
  layout: ['opening', 'table', 'paragraph', 'checks', 'closing'],
  layouts: { list: ['opening', 'points', 'closing'], how: ['opening', 'steps', 'checks', 'closing'] },
  titles: {
    points: 'What it offers',
    steps: 'Using it',
    checks: 'Obligations',
    caveat: 'What is not promised',
  },
  openings: [
    'It helps to separate what {topic} promises from how the promise is kept.',
    'Think of {a} as an interface and of {b} as one of its implementations.',
    'Before the details of {topic}: who relies on {a}, and for what?',
    'Whatever can stand in for {a} without anybody noticing is, for this purpose, {a}.',
  ],
  views: [
    'As long as {a} keeps its promise, {b} is free to change.',
    'The abstraction leaks exactly where {c} is visible from the outside.',
    'Two people can work on {a} and {b} at once only if the line between them is drawn first.',
    'A user of {a} should never have to know that {b} exists.',
  ],
  caveats: [
    'Nothing here promises anything about {c}; do not rely on it.',
    'The description holds for {a} as specified, not for every {a} one meets in practice.',
  ],
  closings: [
    'With that boundary in place, questions about {topic} can be answered one at a time.',
    'Keep the promise small, and {a} will be easy to replace.',
    'The rest is representation, and it can wait.',
  ],
}
