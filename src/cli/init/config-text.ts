/** What `moa init` has been told. */
export interface Choices {
  readonly proposers: readonly string[]
  readonly aggregator: string
  readonly defaultRecipe: string
}

/** A configuration file in YAML, with a word on each key. No key of any provider is in it. */
export function configText({ proposers, aggregator, defaultRecipe }: Choices): string {
  return `# Configuration of moa; \`moa config schema\` prints the schema for editors.
# Keys stay in the environment (or in a .env file beside this one).

# Your models, best first. moa, moa-lite and self-moa are made of them.
proposers:
${proposers.map((model) => `  - ${JSON.stringify(model)}\n`).join('')}
# Writes the answer from their proposals.
aggregator: ${JSON.stringify(aggregator)}

# Answers when no recipe is named; \`moa recipes\` lists them all.
defaultRecipe: ${JSON.stringify(defaultRecipe)}

# A recipe of your own:
# recipes:
#   careful:
#     extends: moa-lite
#     layers: 3
#     aggregator:
#       - model: ${JSON.stringify(aggregator)}
#         temperature: 0.3
`
}
