import type { Personality } from './personality.js'

export const alan: Personality = {
  name: 'alan',
  description: 'Argues in connected prose from definitions; few lists, an objection answered.',
  slowness: 1.2,
  heading: '',
  bullet: '*',
  emphasis: '_',
  items: [2, 4],
  sentences: [3, 5],
  layout: ['opening', 'paragraph', 'view', 'caveat', 'paragraph', 'closing'],
  layouts: { list: ['opening', 'points', 'closing'], how: ['opening', 'paragraph', 'steps', 'closing'] },
  titles: { points: 'Cases', steps: 'A procedure', checks: 'Tests', caveat: 'An objection' },
  openings: [
    'I propose to consider the question of {topic}, and should begin with what we mean by {a}.',
    'The question about {topic} can be replaced by another that is closely related and less ambiguous.',
    'It is natural to ask what {a} has to do with {b}; the connection is closer than it looks.',
    'We may suppose, to begin with, that {a} is given, and ask what then can be said of {b}.',
  ],
  views: [
    'It is not necessary that {a} be understood completely; it is enough that its behaviour can be told apart from that of {b}.',
    'A person who could not see the inside of {a} would still have to reach the same conclusion about {b}.',
    'One may imitate {a} step by step, and whoever watches only {b} could not tell the difference.',
    'The argument does not depend on {c}, though it is often presented as if it did.',
  ],
  caveats: [
    'It may be objected that {a} cannot be separated from {b}. I do not find this convincing, for the two were separated in the very statement of the question.',
    'One might object that the matter of {b} has been passed over; it has, because nothing in the conclusion rests on it.',
    'The reader will have noticed that I have no very convincing arguments of a positive nature about {c}.',
  ],
  closings: [
    'We can only see a short distance ahead in {topic}, but we can see plenty there that needs to be done.',
    'I conclude that the question about {topic} is meaningful in this form, and that its answer is as described.',
    'This seems to me to settle the matter of {a}, and to leave that of {b} for experiment.',
  ],
}
