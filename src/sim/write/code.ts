import type { PromptView } from '../prompt/view.js'
import { CODE_TASKS } from './code-tasks.js'

interface Snippet {
  readonly language: string
  readonly asked: RegExp
  write(name: string, words: readonly string[]): string
}

const snake = (words: readonly string[]): string => words.join('_')
const camel = (words: readonly string[]): string =>
  words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')

const PYTHON: Snippet = {
  language: 'python',
  asked: /\bpython\b|\bpy\b/i,
  write: (_, words) =>
    `def ${snake(words)}(items):\n    """Return the distinct items, in the order they came."""\n    seen = set()\n    result = []\n    for item in items:\n        if item not in seen:\n            seen.add(item)\n            result.append(item)\n    return result`,
}

/** One small, correct function per language. */
const SNIPPETS: readonly Snippet[] = [
  PYTHON,
  {
    language: 'typescript',
    asked: /\btypescript\b|\bjavascript\b|\bnode\b|\bjs\b|\bts\b/i,
    write: (_, words) =>
      `export function ${camel(words)}<T>(items: readonly T[]): T[] {\n  const seen = new Set<T>()\n  for (const item of items) seen.add(item)\n  return [...seen]\n}`,
  },
  {
    language: 'rust',
    asked: /\brust\b/i,
    write: (_, words) =>
      `fn ${snake(words)}(items: &[i64]) -> Vec<i64> {\n    let mut seen = std::collections::HashSet::new();\n    items.iter().copied().filter(|item| seen.insert(*item)).collect()\n}`,
  },
  {
    language: 'go',
    asked: /\bgolang\b|\bgo\b(?= (function|code|program))/i,
    write: (_, words) =>
      `func ${camel(words)}(items []int) []int {\n\tseen := map[int]bool{}\n\tvar result []int\n\tfor _, item := range items {\n\t\tif !seen[item] {\n\t\t\tseen[item] = true\n\t\t\tresult = append(result, item)\n\t\t}\n\t}\n\treturn result\n}`,
  },
  {
    language: 'sql',
    asked: /\bsql\b|\bquery\b/i,
    write: (name) => `SELECT ${name}, COUNT(*) AS total\nFROM items\nGROUP BY ${name}\nORDER BY total DESC;`,
  },
  {
    language: 'bash',
    asked: /\bbash\b|\bshell\b/i,
    write: (name) =>
      `#!/usr/bin/env bash\nset -euo pipefail\n\n${name}() {\n  sort "$1" | uniq -c | sort -rn\n}`,
  },
]

const NOT_NAMES =
  /^(function|program|script|class|method|code|algorithm|implement|create|python|typescript|javascript|rust|golang|sql|bash|query)$/i

/** A fenced code block in the language the prompt names. */
export function codeBlock(view: PromptView): string {
  const snippet = SNIPPETS.find((candidate) => candidate.asked.test(view.question)) ?? PYTHON
  const words = view.words
    .map((word) => word.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .filter((word) => /^[a-z]/.test(word) && !NOT_NAMES.test(word))
    .slice(0, 3)
  const name = words.length > 0 ? words : ['solve']
  const body = taskBody(view.question, snippet.language, name) ?? snippet.write(snake(name), name)
  return `\`\`\`${snippet.language}\n${body}\n\`\`\``
}

function taskBody(question: string, language: string, name: readonly string[]): string | undefined {
  const task = CODE_TASKS.find(({ asked }) => asked.test(question))
  if (task === undefined) return undefined
  if (language === 'python') {
    const [head, lines] = task.python
    return `def ${snake(name)}(${head}:\n${lines.map((line) => `    ${line}`).join('\n')}`
  }
  if (language !== 'typescript') return undefined
  const [head, lines] = task.typescript
  const called = camel(name)
  const body = lines.map((line) => `  ${line.replace('factorial(', `${called}(`)}`).join('\n')
  return `export function ${called}(${head} {\n${body}\n}`
}
