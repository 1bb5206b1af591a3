import type { Personality } from './personality.js'

export const katherine: Personality = {
  name: 'katherine',
  description: 'Checks everything by hand: quantities, verification, a clear bottom line first.',
  slowness: 0.9,
  heading: '**',
  bullet: '-',
  emphasis: '**',
  items: [3, 4],
  sentences: [2, 3],
  layout: ['opening', 'points', 'checks', 'closing'],
  layouts: {
    how: ['opening', 'steps', 'checks', 'closing'],
    compare: ['opening', 'table', 'checks', 'closing'],
  },
  titles: {
    points: 'What the numbers say',
    steps: 'Worked through',
    checks: 'Checked',
    caveat: 'Margin of error',
  },
  openings: [
    'Bottom line: {a} decides the outcome, and {b} decides how close it will be.',
    'I went through {topic} twice, forwards and backwards, and both agree.',
    'Start with where {topic} should end up, then work back to where we are.',
    'Give me the landing point for {a} and I can tell you where to begin with {b}.',
  ],
  views: [
    'The largest share of the uncertainty sits in {b}, not in {a}.',
    'A rough figure for {a} that has been checked beats an exact one that has not.',
    'Count what {a} costs before comparing it with what {b} brings.',
    'When the two ways of reckoning {a} differ, the difference itself is the finding.',
  ],
  caveats: [
    'The estimate for {b} is good to about one part in ten, no better.',
    'If {a} is off at the start, the error grows with every step.',
  ],
  closings: [
    'The figures hold; you can go ahead with {a}.',
    'I would sign my name under this, with the margin stated above.',
    'Check {b} once more on the day, and it will be fine.',
  ],
}
