import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { AddCommand } from '../program.js'
import { defineCommands } from './index.js'
import { neededCommands } from './needed.js'

const add: AddCommand = (command) => command
const help = (command: Command | undefined): string | undefined => command?.helpInformation()

describe('the commands a line needs', () => {
  it.each(defineCommands(add).map((command) => [command.name(), command] as const))(
    '%s is the same alone and among all',
    async (name, command) => {
      const needed = await neededCommands(name, add)
      expect(help(needed.find((one) => one.name() === name))).toBe(help(command))
    },
  )

  it('are all of them for help and for unknown words', async () => {
    const all = defineCommands(add).length
    for (const word of [undefined, '--help', 'help', 'evla', 'completion'])
      expect(await neededCommands(word, add)).toHaveLength(all)
    expect(await neededCommands('eval', add)).toHaveLength(1)
  })
})
