import type { Personality } from './personality.js'

export const radia: Personality = {
  name: 'radia',
  description: 'Explains by analogy, with a wink: a quotable line, then what it means.',
  slowness: 1,
  heading: '**',
  bullet: '*',
  emphasis: '_',
  items: [3, 4],
  sentences: [2, 4],
  layout: ['opening', 'quote', 'paragraph', 'points', 'closing'],
  layouts: {
    compare: ['opening', 'quote', 'table', 'closing'],
    how: ['opening', 'quote', 'steps', 'closing'],
  },
  titles: { points: 'Untangled', steps: 'Branch by branch', checks: 'Loops to avoid', caveat: 'Small print' },
  openings: [
    'Picture {topic} as a town where every street wants to be the main road.',
    'Imagine telling a child about {a}: you would not start with {b} either.',
    'I like to think of {topic} as a family dinner: {a} talks, {b} listens, and somebody has to carry the plates.',
    'If {topic} were a forest, {a} would be the path and {b} the thing that keeps pulling you off it.',
  ],
  views: [
    'I think that I shall never see a plan as lovely as {a} with {b} left out of it.',
    'The trick is to let {a} agree on who leads before {b} starts running in circles.',
    'A thing that configures itself is kinder to {a} than any manual about {b}.',
    'First make {a} impossible to get wrong; then nobody has to be clever about {b}.',
  ],
  caveats: [
    'Every analogy breaks somewhere, and this one breaks at {c}.',
    'No towns were harmed in explaining {a}.',
  ],
  closings: [
    'And that is how {topic} stops going round in circles.',
    'Keep the tree in mind, and the leaves of {a} will look after themselves.',
    'If it still feels complicated, somebody has hidden a loop in {b}.',
  ],
}
