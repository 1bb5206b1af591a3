import type { Arithmetic } from './arithmetic.js'

/** What sort of answer a prompt calls for. */
export type QuestionKind =
  | 'greeting'
  | 'arithmetic'
  | 'code'
  | 'compare'
  | 'list'
  | 'how'
  | 'why'
  | 'summarise'
  | 'compose'
  | 'yes-no'
  | 'what'
  | 'other'

/** First match wins, so the specific ones come first. */
const RULES: readonly (readonly [QuestionKind, RegExp])[] = [
  [
    'greeting',
    /^\s*(hi|hello|hey|good (morning|evening|afternoon)|greetings|你好|您好|嗨)[\s,.!~\u3002\uff0c\uff01]*(there|all|everyone)?[\s.!\u3002\uff01]*$/i,
  ],
  [
    'code',
    /```|\b(write|implement|create|give me|fix|debug|refactor|code)\b[^.?!]{0,60}\b(function|program|script|class|method|regex|query|code|algorithm|component|sql)\b|\b(python|javascript|typescript|java|rust|golang|c\+\+|bash|sql)\b[^.?!]{0,40}\b(function|code|script|program)\b|(写|实现|编写)[^\u3002\uff01\uff1f]{0,20}(函数|程序|代码|脚本)/i,
  ],
  [
    'compare',
    /\bcompare\b|\bversus\b|\bvs\.?\s|\bdifferences? between\b|\bpros and cons\b|比较|对比|区别|优缺点/i,
  ],
  ['summarise', /\b(summari[sz]e|summary|tl;?dr|in short|condense|abstract of)\b|总结|概括|摘要/i],
  [
    'compose',
    /\b(write|compose|draft|create)\b[^.?!]{0,60}\b(story|poem|haiku|song|essay|letter|email|e-mail|speech|post|article|paragraph|blog|review|dialogue|script|headline|tagline|slogan)\b|(写|创作)[^\u3002\uff01\uff1f]{0,20}(故事|诗|信|邮件|文章|作文|演讲)/i,
  ],
  [
    'list',
    /\b(list|name|enumerate|give me|suggest|top|what are|which are|recommend|examples? of|ideas? for)\b|列出|列举|推荐|有哪些|哪些/i,
  ],
  ['why', /\bwhy\b|\bhow come\b|\breasons? (for|why)\b|\bcause[sd]?\b|为什么|为何|原因/i],
  [
    'how',
    /\bhow (do|does|did|to|can|could|should|would|is|are)\b|\bsteps? (to|for)\b|\bguide\b|\brecipe\b|\binstructions? (to|for|on)\b|如何|怎么|怎样|步骤/i,
  ],
  [
    'yes-no',
    /^\s*(is|are|was|were|do|does|did|can|could|should|would|will|has|have|may)\b[^?]*\?\s*$|[吗么][?\uff1f]?\s*$/i,
  ],
  [
    'what',
    /\b(what|who|when|where|which|define|explain|describe|tell me about|meaning of)\b|什么|是谁|解释|介绍|定义|描述/i,
  ],
]

/** Sorts a question by the answer it calls for. */
export function classify(question: string, arithmetic: Arithmetic | undefined): QuestionKind {
  if (arithmetic !== undefined) return 'arithmetic'
  // In a long prompt the request stands at one end; the middle is material.
  const ends = question.length <= 1200 ? question : `${question.slice(0, 600)}\n${question.slice(-600)}`
  return RULES.find(([, pattern]) => pattern.test(ends))?.[0] ?? 'other'
}
