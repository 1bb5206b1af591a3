/** An answer a judge was shown, under the label it was shown by. */
export interface ShownAnswer {
  readonly label: string
  readonly text: string
  /** Which example of a batch it belongs to. */
  readonly example?: number
}

/**
 * How judge prompts show answers: each pattern has a group `text`, and `label` and `example` where the form has
 * them. The first pattern that finds anything wins.
 */
const FORMS: readonly RegExp[] = [
  // [The Start of Assistant A's Answer] … [The End of Assistant A's Answer], also with <| |> and whole conversations.
  /(?:\[|<\|)The Start of Assistant (?<label>\w+)'s (?<kind>Answer|Conversation with User)(?:\]|\|>)(?<text>[\s\S]*?)(?:\[|<\|)The End of Assistant \k<label>'s \k<kind>/g,
  /(?:\[|<\|)(?:The Start of )?Assistant's (?:Answer|Response)(?:\]|\|>)(?<text>[\s\S]*?)(?:\[|<\|)The End of Assistant's/g,
  // "model": "m", "output": """…"""
  /"model(?:_identifier)?":\s*"(?<label>[^"\n]+)",\s*"(?:output|answer|response)":\s*"""(?<text>[\s\S]*?)"""\s*\}/g,
  /'model':\s*'?(?<label>[\w.-]+)'?,\s*'result':\s*\{?(?<text>[\s\S]*?)\}?\s*\},?\s*(?=\n|\{|\])/g,
  // ## Output (a): …, ### Output (a) for example 3: …
  /^#+ Output (?<label>\(?[A-Za-z]\)?)(?: for example (?<example>\d+))?:[ \t]*\n(?<text>[\s\S]*?)(?=\n+#+ (?:Output|Which|Preferred|Example|Instruction|Task)\b|(?![\s\S]))/gm,
  // Response A: …, **Answer 2** …
  /^(?:#+ |\*\*)?(?:Response|Answer|Candidate|Reply) (?<label>[A-Z]|\d{1,2})\b[^\n]{0,4}\n(?<text>[\s\S]*?)(?=^(?:#+ |\*\*)?(?:Response|Answer|Candidate|Reply) (?:[A-Z]|\d{1,2})\b|(?![\s\S]))/gm,
  // <answer id="A">…</answer>
  /<(?<tag>answer|response|candidate)\b[^>]*?["=\s_-](?<label>[A-Za-z0-9]{1,12})["']?\s*>(?<text>[\s\S]*?)<\/\k<tag>/g,
  // <proposal 1 key>…</proposal 1 key>, last: a mixture that judges shows its proposals beside what is to be judged
  /<proposal (?<label>\d+)\b[^>]*>(?<text>[\s\S]*?)<\/proposal\b/g,
]

/**
 * The answers a judge prompt shows, in the order they stand. Examples that come before the real task use the same
 * labels; the last answer under a label counts.
 */
export function shownAnswers(prompt: string): ShownAnswer[] {
  for (const form of FORMS) {
    const found = new Map<string, ShownAnswer>()
    for (const { groups } of prompt.matchAll(form)) {
      const { label = '', text = '', example } = groups ?? {}
      const key = `${example ?? ''}|${label}`
      // Taken out first, so that the order is that of the last ones.
      found.delete(key)
      found.set(key, { label, text: text.trim(), ...(example !== undefined && { example: Number(example) }) })
    }
    if (found.size > 0) return [...found.values()]
  }
  return []
}
