import { z } from 'zod'
import { didYouMean } from '../util/index.js'

type Issue = z.core.$ZodIssue

/** A mistake a schema found, in words for people. */
export interface SchemaProblem {
  /** Leads to the value, or to the key when the key itself is the mistake. */
  readonly path: readonly PropertyKey[]
  /** What is wrong with it, what was expected, and what may have been meant. */
  readonly message: string
  /** Set when the key at the end of `path` is the mistake and not its value. */
  readonly key?: true
}

/** Every mistake zod found in a value, one by one: each unknown key counts for itself. */
export function schemaProblems(schema: z.ZodType, error: z.ZodError, value: unknown): SchemaProblem[] {
  return error.issues.flatMap((found) => {
    const issue = mostTelling(found)
    if (issue.code !== 'unrecognized_keys') return { path: issue.path, message: describe(issue, value) }
    const known = knownKeys(schema, issue.path)
    return issue.keys.map((name) => {
      // Another kind of stage may know a key that this one does not.
      const others = known.filter((other) => other !== name)
      return {
        path: [...issue.path, name],
        message: `unknown key "${name}".${didYouMean(name, others) || listed(others)}`,
        key: true as const,
      }
    })
  })
}

/** Of a union's branches, the one that got furthest says most about what the writer meant. */
function mostTelling(issue: Issue): Issue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const branches = issue.errors.flatMap((errors) => errors.slice(0, 1).map(mostTelling))
  const deepest = branches.reduce((best, branch) => (weight(branch) > weight(best) ? branch : best))
  if (weight(deepest) > 0) return { ...deepest, path: [...issue.path, ...deepest.path] }
  const wanted = branches.map((branch) =>
    branch.code === 'invalid_type' ? plain(branch.expected) : undefined,
  )
  if (wanted.includes(undefined)) return { ...deepest, path: [...issue.path, ...deepest.path] }
  return {
    ...deepest,
    path: issue.path,
    code: 'invalid_type',
    expected: [...new Set(wanted)].join(' or '),
  }
}

const weight = (issue: Issue): number => issue.path.length * 2 + (issue.code === 'unrecognized_keys' ? 1 : 0)

const SECRET_NAME = /key|token|secret|auth|password/i

function describe(issue: Issue, root: unknown): string {
  const secret = SECRET_NAME.test(String(issue.path.at(-1) ?? ''))
  const got = secret ? 'something else' : shown(valueAt(root, issue.path))
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${plain(issue.expected)}, got ${got}.`
    case 'invalid_union':
      return `expected ${choice('options' in issue ? issue.options : [])}, got ${got}.`
    case 'invalid_value':
      return `expected ${choice(issue.values)}, got ${got}.`
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.inclusive === false ? 'greater than' : 'at least'} ${issue.minimum}, got ${got}.`
        : `must not be empty.`
    case 'too_big':
      return `must be at most ${issue.maximum}, got ${got}.`
    default:
      return `${issue.message.replace(/\.$/, '')}.`
  }
}

const choice = (values: readonly unknown[]): string =>
  values.length === 0 ? 'something else' : values.map((value) => JSON.stringify(value)).join(' or ')

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
}

const plain = (expected: string): string => WORDS[expected] ?? expected

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'keys and values'
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}

const LISTED_KEYS = 12

function listed(keys: readonly string[]): string {
  return keys.length === 0 || keys.length > LISTED_KEYS ? '' : ` Known keys: ${keys.join(', ')}.`
}

/** The keys a schema knows at a path; of a union those of all its branches. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let reached = branches(schema)
  for (const key of path) reached = reached.flatMap((step) => below(step, key)).flatMap(branches)
  return [...new Set(reached.flatMap((step) => (step instanceof z.ZodObject ? Object.keys(step.shape) : [])))]
}

/** A schema without what only wraps it, a union as its options. */
function branches(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return branches(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodUnion)
    return (schema.options as readonly z.ZodType[]).flatMap((option) => branches(option))
  return [schema]
}

function below(schema: z.ZodType, key: PropertyKey): z.ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType]
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType]
  if (!(schema instanceof z.ZodObject)) return []
  const field = (schema.shape as Record<PropertyKey, z.ZodType | undefined>)[key]
  return field === undefined ? [] : [field]
}
