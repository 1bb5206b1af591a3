import { Command } from 'commander'
import type { AddCommand } from '../program.js'
import { configFlag, jsonFlag } from './flags.js'

/** `moa recipes`. */
export function recipes(add: AddCommand): Command {
  const list = add(
    new Command('list')
      .description('list all recipes')
      .addOption(jsonFlag('print JSON'))
      .option('--names', 'names alone, one per line')
      .addOption(configFlag()),
    async () => (await import('../commands/recipes.js')).listRecipes,
  )
  const show = add(
    new Command('show')
      .description('show what a recipe comes to')
      .argument('<name>')
      .addOption(jsonFlag('print JSON'))
      .addOption(configFlag()),
    async () => (await import('../commands/recipes.js')).showRecipe,
  )
  const check = add(
    new Command('check')
      .description('look for mistakes in recipes: cycles, unknown models, missing keys and templates')
      .argument('[name...]', 'default: all of your configuration')
      .addOption(configFlag()),
    async () => (await import('../commands/recipes.js')).checkRecipes,
  )
  return add(new Command('recipes').description('list, show and check recipes'))
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(check)
}
