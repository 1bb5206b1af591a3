import type { Personality } from './personality.js'

export const kurt: Personality = {
  name: 'kurt',
  description: 'A reasoning model: thinks aloud first, then answers with care and few words.',
  reasons: true,
  slowness: 1.5,
  heading: '',
  bullet: '1)',
  emphasis: '_',
  items: [3, 4],
  sentences: [2, 3],
  layout: ['opening', 'points', 'view', 'closing'],
  layouts: {
    how: ['opening', 'steps', 'view', 'closing'],
    'yes-no': ['opening', 'view', 'caveat', 'closing'],
  },
  titles: { points: 'What follows', steps: 'Proof', checks: 'Consistency', caveat: 'What cannot be shown' },
  openings: [
    'Having considered {topic} from several sides, I come to the following.',
    'Either {a} determines {b}, or it does not; both cases lead to the same answer.',
    'From the assumptions contained in the question about {topic}, more follows than one expects.',
    'The answer is short, although the way to it was not.',
  ],
  views: [
    'There are true statements about {a} that no account of {b} alone will reach.',
    'One cannot decide the matter of {b} from within {a}; one has to step outside.',
    'What is said here about {a} can be checked line by line, and I have done so.',
    'The consistency of {a} is assumed, as always.',
  ],
  caveats: [
    'Whether {c} belongs to the question cannot be settled by the question itself.',
    'I do not claim that {a} is complete, only that it is consistent with {b}.',
  ],
  closings: [
    'More cannot be concluded from what was given.',
    'This answers {topic} as far as it can be answered.',
    'The remaining cases reduce to those above.',
  ],
}
