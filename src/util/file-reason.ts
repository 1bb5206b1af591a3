/** What an error of the file system says, in words that fit behind a colon. */
export function fileReason(error: unknown): string {
  switch ((error as { readonly code?: unknown } | undefined)?.code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'it is a folder'
    case 'ENOTDIR':
      return 'a part of the path is no folder'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied'
    case 'EROFS':
      return 'the disk is read-only'
    case 'ENOSPC':
      return 'the disk is full'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}

/** The same of writing, where what is missing is the folder. */
export function writeReason(error: unknown): string {
  const missing = (error as { readonly code?: unknown } | undefined)?.code === 'ENOENT'
  return missing ? 'there is no such folder' : fileReason(error)
}
