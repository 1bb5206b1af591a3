/** Tokens of prompt and answer together, and of the prompt alone where that is limited too. */
type Window = number | readonly [context: number, prompt: number]

interface WindowList {
  /** The day the figures were read. */
  readonly date: string
  readonly source: string
  readonly models: Readonly<Record<string, Window>>
}

const records = (provider: string): string =>
  `https://github.com/anomalyco/models.dev/tree/dev/providers/${provider}/models`

const DATE = '2026-11-23'

/** Context windows of the main models, by provider. The user's own figures go before these. */
export const CONTEXT_TABLE: Readonly<Record<string, WindowList>> = {
  together: {
    date: DATE,
    source: records('togetherai'),
    models: {
      'Qwen/Qwen3.5-397B-A17B': 262_144,
      'Qwen/Qwen3.7-Max': 1_000_000,
      'deepseek-ai/DeepSeek-V4-Pro': 512_000,
      'meta-llama/Llama-3.3-70B-Instruct-Turbo': 131_072,
      'zai-org/GLM-5.3': 1_048_575,
    },
  },
  openai: {
    date: DATE,
    source: records('openai'),
    models: {
      'gpt-6-astra': [1_050_000, 922_000],
      'gpt-5.6': [1_050_000, 922_000],
      'gpt-5.6-sol': [1_050_000, 922_000],
      'gpt-5.4': [1_050_000, 272_000],
      'gpt-5': [400_000, 272_000],
      'gpt-5-mini': [400_000, 272_000],
      'gpt-5-nano': [400_000, 272_000],
      'gpt-4o': 128_000,
      'gpt-4-turbo': 128_000,
      'gpt-4': 8_192,
      'o4-mini': 200_000,
    },
  },
  anthropic: {
    date: DATE,
    source: records('anthropic'),
    models: { 'claude-opus-5': 1_000_000, 'claude-sonnet-5': 1_000_000, 'claude-haiku-4-5': 200_000 },
  },
  gemini: {
    date: DATE,
    source: records('google'),
    models: {
      'gemini-3.8-flash': 1_048_576,
      'gemini-3.5-flash': 1_048_576,
      'gemini-3.1-pro-preview': 1_048_576,
      'gemini-2.5-pro': 1_048_576,
      'gemini-2.5-flash': 1_048_576,
    },
  },
  deepseek: {
    date: DATE,
    source: records('deepseek'),
    models: { 'deepseek-flash': 1_000_000, 'deepseek-v4-pro': 1_048_576 },
  },
  mistral: {
    date: DATE,
    source: records('mistral'),
    models: {
      'mistral-large-2512': 262_144,
      'mistral-medium-latest': 262_144,
      'mistral-small-2506': 128_000,
    },
  },
  groq: {
    date: DATE,
    source: records('groq'),
    models: {
      'openai/gpt-oss-120b': 131_072,
      'openai/gpt-oss-20b': 131_072,
      'qwen/qwen3.8-27b': 131_042,
    },
  },
  xai: { date: DATE, source: records('xai'), models: { 'grok-4.7': 500_000, 'grok-4.5': 500_000 } },
  fireworks: {
    date: DATE,
    source: records('fireworks-ai'),
    models: {
      'accounts/fireworks/models/deepseek-v4-pro': 1_000_000,
      'accounts/fireworks/models/glm-5p3': 1_048_573,
      'accounts/fireworks/models/gpt-oss-120b': 131_072,
    },
  },
}
