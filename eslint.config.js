import tseslint from 'typescript-eslint'

/** What each folder of src/ may import from the others; test/import-table.test.ts holds the same table. */
const folders = [
  'core',
  'util',
  'engine',
  'wire',
  'providers',
  'sim',
  'store',
  'eval',
  'gateway',
  'config',
  'cli',
]
const table = {
  core: [],
  util: [],
  engine: ['core', 'util'],
  wire: ['core', 'util'],
  providers: ['core', 'util', 'wire'],
  sim: ['core', 'util', 'wire'],
  store: ['core', 'util'],
  record: ['core', 'util'],
  eval: ['core', 'util', 'store'],
  gateway: ['core', 'util', 'wire', 'store'],
  config: ['core', 'util', 'engine'],
}
const nodeFree = ['core', 'util', 'engine', 'wire', 'eval/stats']

const zones = Object.entries(table).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  ignores: ['**/*.test.ts', '**/*.contract.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: folders
              .filter((name) => name !== folder && !allowed.includes(name))
              .map((name) => `**/${name}/**`),
            message: `src/${folder} may import only: ${[folder, ...allowed].join(', ')} (import table, AGENTS.md).`,
          },
          ...(nodeFree.includes(folder)
            ? [{ group: ['node:*'], message: `src/${folder} is free of node: modules.` }]
            : []),
        ],
      },
    ],
  },
}))

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js', 'scripts/*.js'] } },
    },
    rules: {
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: "ThrowStatement > NewExpression[callee.name='Error']",
          message: 'Throw a MoaError with a machine code.',
        },
      ],
      eqeqeq: 'error',
    },
  },
  ...zones,
  {
    files: ['**/*.test.ts', '**/*.contract.ts', 'test/**', 'bench/**', 'examples/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/max-params': 'off',
      'no-restricted-syntax': 'off',
      'no-restricted-imports': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['src/cli/**/*.ts', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs', 'vitest.config.ts'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['**/*.js', '**/*.cjs', 'vitest.config.ts', '**/vite.config.ts'],
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'no-restricted-syntax': 'off',
      'no-console': 'off',
    },
  },
)
