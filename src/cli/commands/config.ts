import { systemHost, userConfigFolder } from '../../config/host.js'
import { findConfigFiles } from '../../config/find.js'
import { redactSettings } from '../../config/redact.js'
import { tellWarnings } from '../notices.js'
import type { Invocation } from '../program.js'
import { openWorkspace } from '../workspace/open.js'

export interface ConfigOptions {
  readonly json?: boolean
  readonly config?: string
}

/** `moa config schema` */
export async function configSchema({ shell }: Invocation<unknown>): Promise<void> {
  const { configJsonSchema } = await import('../../config/schema.js')
  await shell.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
}

/** `moa config path`: the files in use, the user's first. */
export async function configPath({ shell, options }: Invocation<ConfigOptions>): Promise<void> {
  const host = systemHost()
  const { user, project, warnings } = findConfigFiles(host, options.config)
  for (const warning of warnings) shell.note(`! ${warning}`)
  const files = [user, project].filter((file) => file !== undefined)
  await shell.write(files.map((file) => `${file}\n`).join(''))
  if (files.length === 0)
    shell.note(
      `No configuration file: there is no moa.config.yaml here or above, nor in ${userConfigFolder(host)}.`,
    )
}

/** `moa config show`: everything that is configured, without secrets. */
export async function configShow({ shell, options }: Invocation<ConfigOptions>): Promise<void> {
  const workspace = await openWorkspace({ config: options.config })
  try {
    tellWarnings(workspace, shell)
    const shown = redactSettings(workspace.settings)
    if (options.json) return await shell.write(`${JSON.stringify(shown, null, 2)}\n`)
    const { stringify } = await import('yaml')
    await shell.write(stringify(shown))
  } finally {
    await workspace.close()
  }
}
