import { homedir } from 'node:os'
import { isAbsolute, join, sep } from 'node:path'

/** The machine as configuration sees it. Tests make their own. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Working directory. */
  readonly cwd: string
  readonly home: string
  readonly platform: NodeJS.Platform
}

/** This process's environment: the one place of the package that reads it. */
export function systemHost(): Host {
  return { env: process.env, cwd: process.cwd(), home: homedir(), platform: process.platform }
}

/** Where the user's own configuration file lives, there or not. */
export function userConfigFolder(host: Host): string {
  return userFolder(host, {
    xdg: 'XDG_CONFIG_HOME',
    unix: ['.config'],
    mac: ['Library', 'Application Support'],
    windows: 'APPDATA',
    windowsDefault: ['AppData', 'Roaming'],
  })
}

/** Where files of an installation live that are not configuration (templates, journals), there or not. */
export function userDataFolder(host: Host): string {
  return userFolder(host, {
    xdg: 'XDG_DATA_HOME',
    unix: ['.local', 'share'],
    mac: ['Library', 'Application Support'],
    windows: 'LOCALAPPDATA',
    windowsDefault: ['AppData', 'Local'],
  })
}

/** Where downloads live that can be fetched again, there or not. */
export function userCacheFolder(host: Host): string {
  return userFolder(host, {
    xdg: 'XDG_CACHE_HOME',
    unix: ['.cache'],
    mac: ['Library', 'Caches'],
    windows: 'LOCALAPPDATA',
    windowsDefault: ['AppData', 'Local'],
  })
}

interface Places {
  readonly xdg: string
  readonly unix: readonly string[]
  readonly mac: readonly string[]
  readonly windows: string
  readonly windowsDefault: readonly string[]
}

/** A text as people read it: paths of the working directory from there, those of the home folder from `~`. */
export function withShortPaths(text: string, { cwd, home }: Pick<Host, 'cwd' | 'home'>): string {
  return shortened(shortened(text, cwd, ''), home, `~${sep}`)
}

function shortened(text: string, folder: string, short: string): string {
  if (folder === '' || folder.endsWith(sep)) return text // The root: nothing gets shorter.
  const name = (folder + sep).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\w.~/\\\\-])${name}`, 'g'), () => short)
}

function userFolder({ env, home, platform }: Host, places: Places): string {
  const xdg = env[places.xdg]
  // The XDG specification says to ignore relative paths.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'moa')
  if (platform === 'win32') return join(env[places.windows] || join(home, ...places.windowsDefault), 'moa')
  return join(home, ...(platform === 'darwin' ? places.mac : places.unix), 'moa')
}

/** A path of a configuration file: `~` is the home folder, anything relative starts at the file's folder. */
export function expandPath(path: string, { home, folder }: { home: string; folder: string }): string {
  if (path === '~' || path.startsWith('~/') || path.startsWith('~\\')) return join(home, path.slice(1))
  return isAbsolute(path) ? path : join(folder, path)
}
