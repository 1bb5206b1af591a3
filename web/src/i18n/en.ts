import { chatEn } from './chat.en.js'
import { recipesEn } from './recipes.en.js'
import { runsEn } from './runs.en.js'
import { statusEn } from './status.en.js'

/** Texts in English. Names in braces are replaced; the type of `t` asks for them. */
export const en = {
  ...chatEn,
  ...recipesEn,
  ...runsEn,
  ...statusEn,
  'app.title': 'Mixture of Agents',
  'app.skip': 'Skip to content',
  'app.navigation': 'Main',
  'app.settings': 'Settings',
  'app.theme': 'Theme',
  'app.theme.system': 'As the system',
  'app.theme.light': 'Light',
  'app.theme.dark': 'Dark',
  'app.language': 'Language',
  'app.signOut': 'Sign out',
  'app.loading': 'Loading…',
  'app.pageFailed': 'This page could not be loaded.',
  'app.notFound': 'There is no such page.',
  'app.retry': 'Try again',
  'app.unreachable': 'The gateway cannot be reached. Is it running?',
  'app.close': 'Close',
  'app.copied': 'Copied',
  'app.copyText': 'Copy: {what}',
  'app.copyFailed': 'The browser does not let this page copy',
  'app.cancel': 'Cancel',
  'page.chat': 'Chat',
  'page.runs': 'Runs',
  'page.recipes': 'Recipes',
  'page.evaluations': 'Evaluations',
  'page.status': 'Status',
  'page.unavailable': 'This gateway was started without this part.',
  'signIn.key': 'API key',
  'signIn.submit': 'Sign in',
  'signIn.hint': 'Whoever runs this gateway makes keys with “moa keys create”.',
} as const
