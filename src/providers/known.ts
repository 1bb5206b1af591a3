import type { ModelCapabilities } from '../core/index.js'
import type { Dialect } from '../wire/index.js'

/** What is known of a provider before anybody configures it. */
export interface KnownProvider {
  readonly name: string
  /** What people call it. */
  readonly title: string
  readonly baseURL: string
  /** Environment variables its key is looked for in, the first one being the one to tell people of. */
  readonly keyVariables: readonly string[]
  /** Runs on the user's machine: no key, no price, longer timeouts, worth looking for on its port. */
  readonly local: boolean
  /** The port of a local server. */
  readonly port?: number
  readonly dialect: Dialect
  readonly capabilities?: ModelCapabilities
  /** What to GET to see whether the key is accepted, where the list of models is open to everybody. */
  readonly keyCheckPath?: string
}

function hosted(
  name: string,
  title: string,
  provider: Pick<KnownProvider, 'baseURL' | 'keyVariables'> & Partial<KnownProvider>,
): KnownProvider {
  return { name, title, local: false, dialect: {}, ...provider }
}

/** Servers that run a model's own chat template; many templates insist on roles that alternate. */
const STRICT_TEMPLATES: Dialect = { mergeTurns: true, systemFirst: true }

function local(
  name: string,
  title: string,
  { port, dialect = {} }: { readonly port: number; readonly dialect?: Dialect },
): KnownProvider {
  return {
    name,
    title,
    baseURL: `http://127.0.0.1:${port}/v1`,
    keyVariables: [],
    local: true,
    port,
    dialect,
  }
}

/** Base URLs and quirks as the providers' documentation had them on 2026-11-23. */
export const KNOWN_PROVIDERS: readonly KnownProvider[] = [
  hosted('together', 'Together AI', {
    baseURL: 'https://api.together.xyz/v1',
    keyVariables: ['TOGETHER_API_KEY'],
  }),
  hosted('openai', 'OpenAI', {
    baseURL: 'https://api.openai.com/v1',
    keyVariables: ['OPENAI_API_KEY'],
    dialect: { maxTokensField: 'max_completion_tokens', developerRole: true },
    capabilities: { prefill: false },
  }),
  hosted('openrouter', 'OpenRouter', {
    baseURL: 'https://openrouter.ai/api/v1',
    keyVariables: ['OPENROUTER_API_KEY'],
    capabilities: { prefill: true },
    keyCheckPath: 'key',
  }),
  hosted('groq', 'Groq', {
    baseURL: 'https://api.groq.com/openai/v1',
    keyVariables: ['GROQ_API_KEY'],
    dialect: { maxTokensField: 'max_completion_tokens' },
  }),
  hosted('mistral', 'Mistral AI', {
    baseURL: 'https://api.mistral.ai/v1',
    keyVariables: ['MISTRAL_API_KEY'],
    // It answers 422 to stream_options and max_completion_tokens, and sends the usage anyway.
    dialect: { streamUsage: false, seedField: 'random_seed', markPrefill: true },
    capabilities: { prefill: true },
  }),
  hosted('deepseek', 'DeepSeek', {
    baseURL: 'https://api.deepseek.com',
    keyVariables: ['DEEPSEEK_API_KEY'],
    dialect: { assistantLast: false },
    capabilities: { prefill: false },
  }),
  hosted('fireworks', 'Fireworks AI', {
    baseURL: 'https://api.fireworks.ai/inference/v1',
    keyVariables: ['FIREWORKS_API_KEY'],
  }),
  hosted('cerebras', 'Cerebras', {
    baseURL: 'https://api.cerebras.ai/v1',
    keyVariables: ['CEREBRAS_API_KEY'],
    dialect: { maxTokensField: 'max_completion_tokens' },
  }),
  hosted('xai', 'xAI', {
    baseURL: 'https://api.x.ai/v1',
    keyVariables: ['XAI_API_KEY'],
    dialect: { maxTokensField: 'max_completion_tokens' },
  }),
  hosted('gemini', 'Google Gemini', {
    baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    dialect: { assistantLast: false },
    capabilities: { prefill: false },
  }),
  hosted('anthropic', 'Anthropic', {
    baseURL: 'https://api.anthropic.com/v1',
    keyVariables: ['ANTHROPIC_API_KEY'],
    dialect: { developerRole: true, assistantLast: false },
    capabilities: { prefill: false },
  }),
  local('ollama', 'Ollama', { port: 11434 }),
  local('lmstudio', 'LM Studio', { port: 1234, dialect: STRICT_TEMPLATES }),
  local('llamacpp', 'llama.cpp', { port: 8080, dialect: STRICT_TEMPLATES }),
  local('vllm', 'vLLM', { port: 8000, dialect: STRICT_TEMPLATES }),
]

/** The name under which simulated models are found; they run in this process and need no settings. */
export const SIM_PROVIDER = 'sim'

export function knownProvider(name: string): KnownProvider | undefined {
  return KNOWN_PROVIDERS.find((provider) => provider.name === name)
}
