import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { viewPrompt } from '../prompt/view.js'
import { codeBlock } from './code.js'

const block = (question: string): string =>
  codeBlock(viewPrompt({ messages: [{ role: 'user', content: question }] }))

/** Runs the function of a TypeScript block. */
function call(question: string, argument: unknown): unknown {
  const code = block(question).replace(/^```typescript\n|\n```$/g, '')
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS } })
  const exports: Record<string, (value: unknown) => unknown> = {}
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function('exports', outputText)(exports)
  return Object.values(exports).find((value) => typeof value === 'function')?.(argument)
}

describe('codeBlock', () => {
  it.each([
    ['reverses a string', 'abc', 'cba'],
    ['checks for a palindrome', 'Never odd or even', true],
    ['tells whether a number is prime', 91, false],
    ['gives the Fibonacci number', 10, 55],
    ['computes the factorial', 5, 120],
    ['sorts numbers', [3, 10, 2], [2, 3, 10]],
    ['computes the sum', [1, 2, 3], 6],
    ['removes duplicates', [1, 2, 1], [1, 2]],
  ])('does what was asked: %s', (task, argument, expected) => {
    expect(call(`Write a TypeScript function that ${task}.`, argument)).toEqual(expected)
  })

  it.each(['python', 'rust', 'sql', 'bash', 'go'])('writes %s when asked', (language) => {
    const named = language === 'go' ? 'golang' : language
    expect(block(`Write a ${named} function for orders`)).toMatch(
      new RegExp(`^\`\`\`${language}\n[\\s\\S]+\n\`\`\`$`),
    )
  })
})
