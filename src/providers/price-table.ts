/** Dollars per million tokens: input, cached input (`null` when it has no price of its own), output. */
type Figures = readonly [input: number, cachedInput: number | null, output: number]

interface PriceList {
  /** The day the figures were read. */
  readonly date: string
  readonly source: string
  readonly models: Readonly<Record<string, Figures>>
}

const records = (provider: string): string =>
  `https://github.com/anomalyco/models.dev/tree/dev/providers/${provider}/models`

/**
 * Prices of the main models, by provider. Rates for ordinary requests at ordinary hours: surcharges for very long
 * prompts, discounts for batches, peak hours and regions are not in it. OpenRouter is absent because it states the
 * price of every call itself. Prices change; the user's own figures go before these.
 */
export const PRICE_TABLE: Readonly<Record<string, readonly PriceList[]>> = {
  together: [
    {
      date: '2026-11-23',
      source: records('togetherai'),
      models: {
        'Qwen/Qwen3.5-397B-A17B': [0.6, null, 3.6],
        'Qwen/Qwen3.7-Max': [2.5, null, 7.5],
        'deepseek-ai/DeepSeek-V4-Pro': [2.1, 0.2, 4.4],
        'deepseek-ai/DeepSeek-V4.1-Flash': [0.3, 0.006, 1.2],
        'google/gemma-4-31B-it': [0.2, null, 0.5],
        'meta-llama/Llama-3.3-70B-Instruct-Turbo': [0.88, null, 0.88],
        'moonshotai/Kimi-K3': [3, 0.3, 15],
        'zai-org/GLM-5.3': [1.4, 0.26, 4.4],
      },
    },
    // The six proposers of the Mixture-of-Agents paper (arXiv:2406.04692), at the size tiers of its time.
    {
      date: '2024-06-07',
      source: 'https://www.together.ai/pricing',
      models: {
        'Qwen/Qwen1.5-110B-Chat': [1.8, null, 1.8],
        'Qwen/Qwen1.5-72B-Chat': [0.9, null, 0.9],
        'Qwen/Qwen2-72B-Instruct': [0.9, null, 0.9],
        'databricks/dbrx-instruct': [1.2, null, 1.2],
        'meta-llama/Llama-3-70b-chat-hf': [0.9, null, 0.9],
        'microsoft/WizardLM-2-8x22B': [1.2, null, 1.2],
        'mistralai/Mixtral-8x22B-Instruct-v0.1': [1.2, null, 1.2],
      },
    },
  ],
  openai: [
    {
      date: '2026-11-23',
      source: records('openai'),
      models: {
        'gpt-6-astra': [10, 1, 50],
        'gpt-5.6': [2, 0.2, 10],
        'gpt-5.6-sol': [2, 0.2, 10],
        'gpt-5.4': [2.5, 0.25, 15],
        'gpt-5': [1.25, 0.125, 10],
        'gpt-5-mini': [0.25, 0.025, 2],
        'gpt-5-nano': [0.05, 0.005, 0.4],
      },
    },
    // Judges of published evaluations among them.
    {
      date: '2026-11-23',
      source: 'https://openai.com/api/pricing',
      models: {
        'gpt-4.1': [2, 0.5, 8],
        'gpt-4.1-mini': [0.4, 0.1, 1.6],
        'gpt-4o': [2.5, 1.25, 10],
        'gpt-4o-mini': [0.15, 0.075, 0.6],
        'gpt-4-turbo': [10, null, 30],
        'gpt-4-1106-preview': [10, null, 30],
        'gpt-4': [30, null, 60],
        'o4-mini': [1.1, 0.275, 4.4],
      },
    },
  ],
  anthropic: [
    {
      date: '2026-11-23',
      source: records('anthropic'),
      models: {
        'claude-opus-5-5': [4, 0.2, 20],
        'claude-opus-5': [5, 0.5, 25],
        'claude-sonnet-5-5': [2, 0.1, 10],
        'claude-sonnet-5': [2, 0.2, 10],
        'claude-haiku-4-5': [1, 0.1, 5],
      },
    },
  ],
  gemini: [
    {
      date: '2026-11-23',
      source: records('google'),
      models: {
        // Introductory until 2026-12-31, then 1.5, 0.15 and 7.5.
        'gemini-3.8-flash': [0.75, 0.075, 3.75],
        'gemini-3.5-flash': [1.5, 0.15, 9],
        'gemini-3.1-pro-preview': [2, 0.2, 12],
        'gemini-2.5-pro': [1.25, 0.125, 10],
        'gemini-2.5-flash': [0.3, 0.03, 2.5],
        'gemini-2.5-flash-lite': [0.1, 0.01, 0.4],
      },
    },
  ],
  deepseek: [
    {
      date: '2026-11-23',
      source: records('deepseek'),
      models: {
        'deepseek-flash': [0.15, 0.003, 0.6],
        'deepseek-v4-pro': [0.66, 0.022, 1.98],
      },
    },
  ],
  mistral: [
    {
      date: '2026-11-23',
      source: records('mistral'),
      models: {
        // At half its list price while in preview.
        'mistral-large-4': [0.68, 0.07, 2.09],
        'mistral-large-2512': [0.5, null, 1.5],
        'mistral-medium-latest': [1.5, null, 7.5],
        'mistral-small-2506': [0.1, null, 0.3],
      },
    },
  ],
  groq: [
    {
      date: '2026-11-23',
      source: records('groq'),
      models: {
        'openai/gpt-oss-120b': [0.15, 0.075, 0.6],
        'openai/gpt-oss-20b': [0.075, 0.0375, 0.3],
        'qwen/qwen3.8-27b': [0.8, 0.4, 4],
      },
    },
  ],
  cerebras: [
    {
      date: '2026-11-23',
      source: records('cerebras'),
      models: { 'qwen-3.8-27b': [0.99, null, 1.49] },
    },
  ],
  xai: [
    {
      date: '2026-11-23',
      source: records('xai'),
      models: {
        'grok-4.7': [2, 0.5, 6],
        'grok-4.5': [2, 0.5, 6],
        'grok-4.3': [1.25, 0.2, 2.5],
      },
    },
  ],
  fireworks: [
    {
      date: '2026-11-23',
      source: records('fireworks-ai'),
      models: {
        'accounts/fireworks/models/deepseek-v4-pro': [1.74, 0.15, 3.48],
        'accounts/fireworks/models/glm-5p3': [1.4, 0.26, 4.4],
        'accounts/fireworks/models/gpt-oss-120b': [0.15, 0.01, 0.6],
        'accounts/fireworks/models/qwen3p8-max': [2, 0.25, 6],
      },
    },
  ],
}
