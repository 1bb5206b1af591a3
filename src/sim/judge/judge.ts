import { textOf, type ChatRequest } from '../../core/index.js'
import { hash32, seededRandom, type Random } from '../../util/index.js'
import type { Hint, JsonSchema } from '../write/schema.js'
import { shownAnswers, type ShownAnswer } from './answers.js'
import { JUDGE_FORMATS, marginOf, ranked, rate, type Case, type Reply } from './formats.js'
import { qualityOf } from './quality.js'

/** A judge's answer; without a text where only structured answers hold it. */
export interface Verdict extends Partial<Reply> {
  /** Fills structured answers with the verdict. */
  readonly hint: Hint
}

/** Spread of a judge's opinion about one answer. */
const NOISE = 0.25

/**
 * The verdict on the answers a request shows, in the format it asks for; `undefined` when it asks for none. The same
 * request gives the same verdict.
 */
export function judge(request: ChatRequest, random: Random): Verdict | undefined {
  const prompt = request.messages
    .filter((message) => message.role !== 'assistant' && message.role !== 'tool')
    .map((message) => textOf(message.content))
    .join('\n\n')
  const salt = random.below(2 ** 31)
  const format = JUDGE_FORMATS.find(({ asks }) => prompt.search(asks) !== -1)
  const structured = (request.tools?.length ?? 0) > 0 || request.responseFormat?.type === 'json-schema'
  if (format === undefined && !structured) return undefined
  const answers = shownAnswers(prompt)
  if (format === undefined && answers.length < 2) return undefined
  const base = { prompt, answers, random, quality: opinion(salt) }
  const asked = format && [...prompt.matchAll(format.asks)].at(-1)
  const reply = format && asked && format.reply({ ...base, asked })
  return { ...reply, hint: hintFrom(base) }
}

/** A judge thinks the same of an answer each time it looks at it. */
function opinion(salt: number): Case['quality'] {
  return (answer: ShownAnswer | undefined) => {
    if (answer === undefined) return seededRandom(salt).normal()
    return (
      qualityOf(answer.text) + NOISE * seededRandom(`${salt}|${answer.label}|${hash32(answer.text)}`).normal()
    )
  }
}

/** Rankings, winners and scores where a schema asks for them. */
function hintFrom(judged: Omit<Case, 'asked'>): Hint {
  if (judged.answers.length === 0) return () => undefined
  return (name, schema) => {
    const items = schema['items'] as JsonSchema | undefined
    const fields = items?.['properties'] as JsonSchema | undefined
    if (schema['type'] === 'array' && fields && 'rank' in fields) {
      const key = Object.keys(fields).find((field) => /model|name|label|id|answer/i.test(field))
      if (key !== undefined)
        return ranked(judged).map(({ label }, index) => ({ [key]: label, rank: index + 1 }))
    }
    if (/winner|better|best|prefer|verdict|choice/i.test(name)) return winner(judged, schema)
    if (/score|rating|grade/i.test(name) && /^(number|integer)$/.test(String(schema['type']))) {
      const scale = typeof schema['maximum'] === 'number' ? schema['maximum'] : 10
      return rate(judged, judged.answers.at(-1), scale)
    }
    return undefined
  }
}

function winner(judged: Omit<Case, 'asked'>, schema: JsonSchema): unknown {
  const labels = judged.answers.map(({ label }) => label)
  const best = labels[marginOf(judged) < 0 ? 0 : 1] ?? labels[0]
  const allowed = schema['enum']
  if (!Array.isArray(allowed)) return schema['type'] === 'string' ? best : undefined
  return allowed.find((value) => value === best) ?? allowed[labels.indexOf(best ?? '')]
}
