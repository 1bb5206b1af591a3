/** Small tasks that prompts often ask code for, with bodies that really do them. */
export interface CodeTask {
  readonly asked: RegExp
  /** Parameter list and body, by language. */
  readonly python: readonly [string, readonly string[]]
  readonly typescript: readonly [string, readonly string[]]
}

export const CODE_TASKS: readonly CodeTask[] = [
  {
    asked: /\breverse/i,
    python: ['text: str) -> str', ['return text[::-1]']],
    typescript: ['text: string): string', ["return [...text].reverse().join('')"]],
  },
  {
    asked: /\bpalindrome/i,
    python: [
      'text: str) -> bool',
      ['letters = [c.lower() for c in text if c.isalnum()]', 'return letters == letters[::-1]'],
    ],
    typescript: [
      'text: string): boolean',
      [
        'const letters = [...text.toLowerCase()].filter((c) => /[a-z0-9]/.test(c))',
        "return letters.join('') === letters.reverse().join('')",
      ],
    ],
  },
  {
    asked: /\bprime/i,
    python: [
      'number: int) -> bool',
      [
        'if number < 2:',
        '    return False',
        'return all(number % d for d in range(2, int(number**0.5) + 1))',
      ],
    ],
    typescript: [
      'value: number): boolean',
      ['for (let d = 2; d * d <= value; d += 1) if (value % d === 0) return false', 'return value >= 2'],
    ],
  },
  {
    asked: /\bfibonacci/i,
    python: [
      'count: int) -> int',
      ['a, b = 0, 1', 'for _ in range(count):', '    a, b = b, a + b', 'return a'],
    ],
    typescript: [
      'count: number): number',
      ['let [a, b] = [0, 1]', 'for (let step = 0; step < count; step += 1) [a, b] = [b, a + b]', 'return a'],
    ],
  },
  {
    asked: /\bfactorial/i,
    python: [
      'number: int) -> int',
      ['result = 1', 'for factor in range(2, number + 1):', '    result *= factor', 'return result'],
    ],
    typescript: ['value: number): number', ['return value < 2 ? 1 : value * factorial(value - 1)']],
  },
  {
    asked: /\bsort/i,
    python: ['items: list) -> list', ['return sorted(items)']],
    typescript: ['items: readonly number[]): number[]', ['return [...items].sort((a, b) => a - b)']],
  },
  {
    asked: /\b(sum|add|total)\b/i,
    python: ['numbers: list) -> float', ['return sum(numbers)']],
    typescript: [
      'numbers: readonly number[]): number',
      ['return numbers.reduce((total, number) => total + number, 0)'],
    ],
  },
]
