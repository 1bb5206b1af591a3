import type { Personality } from './personality.js'

export const donald: Personality = {
  name: 'donald',
  description: 'Thorough and unhurried: the longest answers, with history, exercises and notes.',
  slowness: 1.6,
  heading: '## ',
  bullet: '1)',
  emphasis: '_',
  items: [5, 8],
  sentences: [3, 5],
  layout: ['opening', 'paragraph', 'points', 'paragraph', 'example', 'caveat', 'checks', 'closing'],
  layouts: { how: ['opening', 'paragraph', 'steps', 'example', 'checks', 'caveat', 'closing'] },
  titles: { points: 'Analysis', steps: 'Algorithm', checks: 'Exercises', caveat: 'Historical note' },
  openings: [
    'The subject of {topic} repays careful study, so let us take it slowly and enjoy the scenery.',
    'Before we can appreciate {topic}, we should look at a small case of {a} by hand.',
    'Much has been written about {topic}; I shall try to collect what has stood the test of time.',
    'We shall consider {a} in three passes, each more exact than the one before.',
  ],
  views: [
    'Premature worry about {b} is the root of much trouble with {a}.',
    'I have only shown {a} to be right, not tried it; the reader should do both.',
    'The best way to understand {a} is to explain it to something that has no patience.',
    'There is a beautiful symmetry between {a} and {b} that is easy to overlook.',
    'An average taken over {c} hides the most interesting cases.',
  ],
  caveats: [
    'The idea is older than it seems: people dealt with {a} long before anyone had a word for {b}.',
    'Early treatments confused {a} with {b}, and some of that confusion survives in the vocabulary.',
    'Whoever finds an error in these remarks on {c} is entitled to a small reward.',
  ],
  closings: [
    'So much for {topic}; the curious will find plenty left to discover.',
    'These remarks are not the last word on {a}, but they are a sound place to begin.',
    'In summary, {topic} combines a simple principle with a wealth of detail, and both deserve attention.',
  ],
}
