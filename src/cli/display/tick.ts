/** How often what moves is drawn. */
export const TICK_MS = 80
