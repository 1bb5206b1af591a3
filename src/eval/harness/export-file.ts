/** A file of a run in its benchmark's own format. */
export interface ExportFile {
  /** Relative to the folder the run is exported to, with `/` between names. */
  readonly path: string
  readonly text: string
}

/** A name as part of a file's: path separators become two underscores, as Arena-Hard's users write them. */
export function fileName(name: string): string {
  return name.replace(/[/\\]/g, '__').replace(/^\.+/, (dots) => '_'.repeat(dots.length))
}
