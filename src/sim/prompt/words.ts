/** The languages simulated models speak. */
export type Language = 'english' | 'chinese'

const HAN = /\p{Script=Han}/gu

/** Chinese when at least a fifth of the letters are Han characters. */
export function languageOf(text: string): Language {
  const sample = text.slice(0, 2000)
  const han = sample.match(HAN)?.length ?? 0
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  return han > 0 && han * 5 >= letters ? 'chinese' : 'english'
}

const STOP_WORDS = new Set(
  (
    'a about above after again all also am an and any are as at be because been before being below between both but by can ' +
    'could did do does doing down during each else few for from further get give had has have having he her here hers him his ' +
    'how i if in into is it its itself just know let like list make many me might more most much must my name need no nor not ' +
    'now of off on once one only or other our out over own per please same say she should show so some such suggest tell than ' +
    'that the their them then there these they thing things think this those through to too under until up us use used using very ' +
    'want was way we well were what when where which while who whom whose why will with would write you your yours explain ' +
    'describe compare difference differences versus hi hello hey best top good steps step it’s don’t i’m can’t don cannot'
  ).split(' '),
)

/** The telling words of a question in the order they came, at most eight; never empty. */
export function keyWords(question: string, language: Language): string[] {
  if (language === 'chinese') return chineseWords(question)
  const seen = new Map<string, string>()
  for (const [word] of question.slice(0, 4000).matchAll(/\p{L}[\p{L}\p{N}'’-]*\p{L}|\p{L}/gu)) {
    const plain = short(word.replace(/['’]s$/, ''))
    const key = plain.toLowerCase()
    if (plain.length < 3 || STOP_WORDS.has(key) || seen.has(key) || /.{3}ly$/.test(key)) continue
    // Names keep their capitals; a capital at the start of a sentence is none.
    seen.set(key, /[A-Z].*[A-Z]|[A-Z]/.test(plain.slice(1)) || !startsSentence(question, plain) ? plain : key)
    if (seen.size === 8) break
  }
  const words = [...seen.values()]
  return words.length >= 2 ? words : [...words, 'context', 'detail']
}

/** Answers repeat these words, so what is one word only because it has no spaces is cut. */
const short = (word: string): string =>
  word.length <= 60 ? word : [...word.slice(0, 120)].slice(0, 60).join('')

function startsSentence(text: string, word: string): boolean {
  const at = text.indexOf(word)
  return at === 0 || /[.!?\n]\s*$/.test(text.slice(Math.max(0, at - 4), at))
}

const CHINESE_FILLER =
  /请问|请你|请|帮我|帮忙|告诉我|我想知道|我想|如何|怎么样|怎么|怎样|为什么|为何|什么是|是什么|什么|有哪些|哪些|哪个|多少|列出|列举|解释一下|解释|介绍一下|介绍|比较一下|比较|总结一下|总结|一下|一个|一些|可以|能够|需要|应该|以及|和|与|的|了|吗|呢|吧|在|是|我|你|有|用|把/g

function chineseWords(question: string): string[] {
  const words = question
    .slice(0, 2000)
    .replace(CHINESE_FILLER, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .map((word) => [...word].slice(0, 6).join(''))
    .filter((word) => word.length > 1)
  // Short questions are made of one word; the rest is what any question has.
  return [...new Set([...words.slice(0, 8), ...(words.length < 3 ? ['基础', '方法', '目标'] : [])])]
}

const ASKING =
  /^\s*(?:(?:hi|hello|hey)[,.!]?\s+)?(?:(?:can|could|would|will) you (?:please )?|please |i (?:want|need|would like) (?:you )?to )?(?:(?:tell|show|give) me (?:about )?|explain (?:to me )?|describe |discuss |list |name |summari[sz]e |compare |write (?:me )?|what(?:'s|’s| is| are| was| were) |who (?:is|was|are) |how (?:do|does|did|can|could|should|would) (?:i |you |we |one |a person )?|how to |why (?:is|are|do|does|did|was|were) |is it true that |suggest |recommend |define )?/i

/** What the question is about: its first sentence without the asking words, at most ten words. */
export function topicOf(question: string, language: Language): string {
  const words = keyWords(question, language)
  if (language === 'chinese') return words.slice(0, 2).join('、')
  // Turned around in the question, so it can't be quoted: "why is the sky blue" is about sky and blue.
  if (/^\s*(why|is|are|was|were|do|does|did|can|could|should|would|will|has|have)\b/i.test(question))
    return words.slice(0, 2).join(' and ')
  const sentence = /^[^.?!\n]*/.exec(question.trimStart())?.[0] ?? ''
  const rest = sentence
    .replace(ASKING, '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
  const topic = rest
    .slice(0, 10)
    .map(short)
    .join(' ')
    .replace(/[,;:]+$/, '')
  if (topic === '') return 'your question'
  return /\bhow (do|does|can|could|should|would|to)\b/i.test(sentence) ? `how to ${topic}` : topic
}
