import { signal } from '@preact/signals'
import { remembered } from '../util/remembered.js'
import { en } from './en.js'
import { zh } from './zh.js'

/** Every text of the interface by its key; English is the measure of what has to be there. */
export type MessageKey = keyof typeof en
export type Language = 'en' | 'zh'

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never
type Values<Key extends MessageKey> = Record<Names<(typeof en)[Key]>, string | number>
/** Values are asked for exactly where the text has places for them. */
type Arguments<Key extends MessageKey> = [Names<(typeof en)[Key]>] extends [never]
  ? []
  : [values: Values<Key>]

/** Keys of texts without places for values. */
export type PlainKey = {
  [Key in MessageKey]: [Names<(typeof en)[Key]>] extends [never] ? Key : never
}[MessageKey]

const TABLES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, zh }
/** Languages by their own names. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' }

const isLanguage = (text: string | null): text is Language => text === 'en' || text === 'zh'

function preferred(): Language {
  const chosen = remembered.get('language')
  if (isLanguage(chosen)) return chosen
  return navigator.languages.some((tag) => /^zh\b/i.test(tag)) && !/^en\b/i.test(navigator.language)
    ? 'zh'
    : 'en'
}

/** The language of the interface. */
export const language = signal<Language>(preferred())

export function chooseLanguage(chosen: Language): void {
  remembered.set('language', chosen)
  language.value = chosen
}

/** A text in the chosen language; components that use it are drawn anew when the language changes. */
export function t<Key extends MessageKey>(key: Key, ...[values]: Arguments<Key>): string {
  const text = TABLES[language.value][key]
  if (values === undefined) return text
  return text.replace(/\{(\w+)\}/g, (_, name: string) =>
    String((values as Record<string, string | number>)[name]),
  )
}

/** What `Intl` calls the chosen language. */
export const locale = (): string => (language.value === 'zh' ? 'zh-CN' : 'en-US')
