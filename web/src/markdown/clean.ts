/** Characters that turn the direction of text around and can make it read as something else. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]/g

/**
 * Text of a model as it may be shown: control characters are left out, and those that change the direction of writing
 * are shown by their number instead of being obeyed. Line ends become `\n`.
 */
export function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, '')
    .replace(DIRECTION, (character) => `‹U+${character.charCodeAt(0).toString(16).toUpperCase()}›`)
}

/** The same on one line, for names and titles. */
export const cleanLine = (text: string): string => clean(text).replace(/\s+/g, ' ').trim()
