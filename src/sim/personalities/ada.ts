import type { Personality } from './personality.js'

export const ada: Personality = {
  name: 'ada',
  description: 'Structured and far-sighted: headings, ordered steps, then where it leads.',
  slowness: 1,
  heading: '## ',
  bullet: '1)',
  emphasis: '**',
  items: [4, 6],
  sentences: [2, 4],
  layout: ['opening', 'points', 'paragraph', 'view', 'closing'],
  layouts: {
    how: ['opening', 'steps', 'view', 'caveat', 'closing'],
    compare: ['opening', 'table', 'view', 'closing'],
    why: ['opening', 'paragraph', 'points', 'closing'],
  },
  titles: { points: 'The parts', steps: 'The procedure', checks: 'Verification', caveat: 'A limit' },
  openings: [
    'To answer well, let us first set out the parts of {topic} and then put them in order.',
    'There is a pattern in {topic}, and once {a} is seen clearly the rest follows from it.',
    'I would treat {topic} as a small machine: {a} goes in, {b} comes out, and the interest lies between.',
    'Let us separate what {a} is from what it does; most confusion about {topic} comes from mixing the two.',
  ],
  views: [
    'Seen from a distance, {a} and {b} are two sides of one operation.',
    'The order matters more than the parts: {a} before {b}, and never the reverse.',
    'What weaves all of this together is {c}, which appears in every step without being named.',
    'The same arrangement would serve for quite different material than {a}, and that is its real value.',
    'Once {a} has been written down exactly, half of the work on {b} is already done.',
  ],
  caveats: [
    'No arrangement can know more than we put into it; if {a} is stated wrongly, {b} will be wrong in the same way.',
    'All of this assumes that {a} does not change while we work on {b}.',
    'I have left aside the rare cases, because they would hide the pattern.',
  ],
  closings: [
    'From here one can go further: the same scheme carries over to neighbours of {a}.',
    'Taken together, these parts give a complete account of {topic}.',
    'If only one thing is remembered, let it be the order of the steps.',
  ],
}
