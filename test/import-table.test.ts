import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const source = fileURLToPath(new URL('../src/', import.meta.url))

/** Which folders of src/ each folder may import besides itself. `*` is everything. */
const TABLE: Record<string, readonly string[] | '*'> = {
  core: [],
  util: [],
  engine: ['core', 'util'],
  wire: ['core', 'util'],
  providers: ['core', 'util', 'wire'],
  sim: ['core', 'util', 'wire'],
  store: ['core', 'util'],
  cache: ['core', 'util', 'store'],
  record: ['core', 'util'],
  history: ['core', 'util', 'store'],
  eval: ['core', 'util', 'store'],
  gateway: ['core', 'util', 'wire', 'store', 'history'],
  'ai-sdk': ['core', 'util', 'wire'],
  config: ['core', 'util', 'engine'],
  cli: '*',
  // src/index.ts and other files directly in src/: the public surface.
  '': '*',
}
const NODE_FREE = ['core', 'util', 'engine', 'wire', 'eval/stats']

interface Edge {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|contract|test-d)\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOf(file: string): { specifier: string; typeOnly: boolean }[] {
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: { specifier: string; typeOnly: boolean }[] = []
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly
      found.push({ specifier: node.moduleSpecifier.text, typeOnly })
    } else if (
      ts.isCallExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments[0] &&
      ts.isStringLiteral(node.arguments[0])
    ) {
      // A lazy import runs after its module is loaded, so it can't make a load-time cycle.
      found.push({ specifier: node.arguments[0].text, typeOnly: false })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

const files = sourceFiles(source)
const edges: Edge[] = []
const nodeImports: { file: string; specifier: string }[] = []
for (const file of files) {
  for (const { specifier, typeOnly } of importsOf(file)) {
    if (specifier.startsWith('.')) {
      const target = resolve(dirname(file), specifier.replace(/\.js$/, '.ts'))
      edges.push({ from: relative(source, file), to: relative(source, target), typeOnly })
    } else if (specifier.startsWith('node:')) {
      nodeImports.push({ file: relative(source, file), specifier })
    }
  }
}

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')

describe('import table', () => {
  it('covers every folder of src/', () => {
    const folders = new Set(files.map((file) => folderOf(relative(source, file))))
    expect([...folders].filter((folder) => !(folder in TABLE))).toEqual([])
  })

  it('lets each folder import only what the table lists', () => {
    const broken = edges.filter(({ from, to }) => {
      const allowed = TABLE[folderOf(from)]
      return allowed !== '*' && folderOf(to) !== folderOf(from) && !allowed?.includes(folderOf(to))
    })
    expect(broken.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  it('keeps node: modules out of the folders that run anywhere', () => {
    const broken = nodeImports.filter(({ file }) => NODE_FREE.some((folder) => file.startsWith(`${folder}/`)))
    expect(broken).toEqual([])
  })

  it('has no cycle among run-time imports', () => {
    const graph = new Map<string, string[]>()
    for (const { from, to, typeOnly } of edges) {
      if (!typeOnly) graph.set(from, [...(graph.get(from) ?? []), to])
    }
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const walk = (node: string, path: string[]): void => {
      if (state.get(node) === 'done') return
      if (state.get(node) === 'open') {
        cycles.push([...path.slice(path.indexOf(node)), node].join(' -> '))
        return
      }
      state.set(node, 'open')
      for (const next of graph.get(node) ?? []) walk(next, [...path, node])
      state.set(node, 'done')
    }
    for (const node of graph.keys()) walk(node, [])
    expect(cycles).toEqual([])
  })
})
