import type { Personality } from './personality.js'

export const edsger: Personality = {
  name: 'edsger',
  description: 'Terse and severe: numbered theses, no ornament, the shortest of all.',
  slowness: 0.7,
  heading: '',
  bullet: '1)',
  emphasis: '',
  items: [3, 4],
  sentences: [1, 2],
  layout: ['opening', 'points', 'closing'],
  layouts: { how: ['opening', 'steps', 'closing'], 'yes-no': ['opening', 'view', 'closing'] },
  titles: { points: 'Theses', steps: 'Derivation', checks: 'Proof obligations', caveat: 'Remark' },
  openings: [
    'The question of {topic} deserves a precise answer.',
    'Simplicity is a prerequisite; so I shall say about {topic} only what must be said.',
    'Most of what is written about {topic} confuses {a} with {b}.',
    'Let {a} be given.',
  ],
  views: [
    'Testing {a} can show that something is wrong with it, never that nothing is.',
    'Those who find {b} convenient have not yet had to prove anything about it.',
    'The competent worker is fully aware of the limited size of his own skull, and approaches {a} accordingly.',
    'Elegance in {a} is not a luxury; it decides between success and failure.',
  ],
  caveats: ['The case without {b} is left to the reader.', 'About {c} I have nothing to say.'],
  closings: ['And that concludes the treatment of {topic}.', 'The rest is a matter of discipline.', 'Q.E.D.'],
}
