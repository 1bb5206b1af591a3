/**
 * Takes escape sequences and control characters out of a text that arrives in pieces, so that what a model writes
 * can't move the cursor, rename the window or write to the clipboard. Newlines and tabs stay; a carriage return is
 * dropped. A sequence split over pieces is recognised. A command string that nobody ends stops at the end of its
 * line, so it can't swallow the rest of the answer.
 */
export class Sanitizer {
  #state: 'text' | 'escape' | 'csi' | 'string' | 'string-escape' = 'text'

  push(piece: string): string {
    if (this.#state === 'text' && !CONTROL.test(piece)) return piece
    let clean = ''
    for (const character of piece) clean += this.#step(character)
    return clean
  }

  #step(character: string): string {
    const code = character.codePointAt(0) as number
    switch (this.#state) {
      case 'text':
        return this.#text(character, code)
      case 'escape':
        this.#state = afterEscape(code)
        return code < 0x20 && code !== 0x1b ? this.#text(character, code) : ''
      case 'csi':
        if (code >= 0x20 && code < 0x40) return ''
        this.#state = 'text'
        // What can't be part of the sequence ends it and counts for itself.
        return code >= 0x40 && code < 0x7f ? '' : this.#text(character, code)
      case 'string':
        if (character === '\n') return this.#end(character)
        if (code === 0x07 || code === 0x9c) return this.#end('')
        if (code === 0x1b) this.#state = 'string-escape'
        return ''
      case 'string-escape':
        if (character === '\\') return this.#end('')
        this.#state = afterEscape(code)
        return ''
    }
  }

  #end(kept: string): string {
    this.#state = 'text'
    return kept
  }

  #text(character: string, code: number): string {
    this.#state = 'text'
    if (code === 0x1b) this.#state = 'escape'
    else if (code === 0x9b) this.#state = 'csi'
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f)) this.#state = 'string'
    else if (character === '\n' || character === '\t' || (code >= 0x20 && (code < 0x7f || code > 0x9f)))
      return character
    return ''
  }
}

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

type Escaped = 'text' | 'escape' | 'csi' | 'string'

/** What an ESC and this character begin. */
function afterEscape(code: number): Escaped {
  if (code === 0x5b) return 'csi'
  // DCS, SOS, OSC, PM, APC
  if (code === 0x50 || code === 0x58 || (code >= 0x5d && code <= 0x5f)) return 'string'
  // Intermediate characters (character sets and the like) wait for one more.
  return code === 0x1b || (code >= 0x20 && code < 0x30) ? 'escape' : 'text'
}

/** {@link Sanitizer} for a text that is complete. */
export function sanitize(text: string): string {
  return new Sanitizer().push(text)
}

/** A text as one clean line: control characters out, white space collapsed. */
export function oneLine(text: string): string {
  return sanitize(text).replace(/\s+/g, ' ').trim()
}
