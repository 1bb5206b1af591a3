import { Command } from 'commander'
import type { AddCommand } from '../program.js'
import { configFlag, jsonFlag, number } from './flags.js'

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
  const calibrate = add(
    new Command('calibrate-gate')
      .description('see from recorded runs at which agreement a gate may stop')
      .argument('<file...>', 'recordings (--record), or with --escalated answers of single models')
      .option('--escalated <file>', "a mixture's answers to the same questions, as model_outputs")
      .option(
        '--same <similarity>',
        'from which similarity two texts are the same answer',
        number({ least: 0, most: 1 }),
      )
      .option(
        '--tolerance <share>',
        'share of all runs whose answer may change by stopping',
        number({ least: 0, most: 1 }),
      )
      .addOption(jsonFlag('print JSON')),
    async () => (await import('../commands/calibrate-gate.js')).calibrateGateCommand,
  )
  return add(new Command('recipes').description('list, show, check and calibrate recipes'))
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(check)
    .addCommand(calibrate)
}
