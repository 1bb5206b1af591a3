/** Answers real models gave, to be given again. */
export interface Recordings {
  /** Names the answers are known by; each can be asked for as a model. */
  readonly generators: readonly string[]
  /** Who answers what was not recorded: a personality's name. Absent: such a request is refused. */
  readonly fallback?: string
  /** The recorded answer to an instruction, or `undefined`. White space around the instruction does not count. */
  find(generator: string, instruction: string): string | undefined
}
