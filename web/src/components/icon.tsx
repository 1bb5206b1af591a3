import type { JSX } from 'preact'

/** Outlines on a grid of 24, drawn with the text's colour. */
const PATHS = {
  chat: 'M4 5h16v11H9l-5 4z',
  runs: 'M4 6h7M8 12h9M13 18h7',
  recipes: 'M5 5h5v5H5zM14 5h5v5h-5zM9.5 14h5v5h-5zM7.5 10v2h9v-2M12 12v2',
  evaluations: 'M5 20V11M12 20V4M19 20v-6',
  status: 'M3 12h4l3-7 4 14 3-7h4',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM19 12l2-1-1-3-2 .3-1.4-1.4.3-2-3-1-1 2h-1.800l-1-2-3 1 .3 2L6.100 8.300 4 8l-1 3 2 1-2 1 1 3 2.100-.3 1.300 1.400-.3 2 3 1 1-2h1.800l1 2 3-1-.3-2L18 15.700l2 .3 1-3z',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 12.500 10 17l9-10',
  cross: 'M6 6l12 12M18 6 6 18',
  edit: 'M5 19h4L19 9l-4-4L5 15z',
  retry: 'M19 12a7 7 0 1 1-2.200-5.100M19 4v4h-4',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  more: 'M5 12h.010M12 12h.010M19 12h.010',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  attach:
    'M19 11.500l-7 7a4.500 4.500 0 0 1-6.500-6.500l7.500-7.500a3 3 0 0 1 4.300 4.300l-7.300 7.300a1.500 1.500 0 0 1-2.200-2.200l6.500-6.500',
  menu: 'M4 7h16M4 12h16M4 17h16',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  share: 'M12 15V4M8 8l4-4 4 4M6 12H5v8h14v-8h-1',
  external: 'M14 5h5v5M19 5l-8 8M17 14v5H5V7h5',
  warning: 'M12 4 3 20h18zM12 10v4M12 17h.010',
  search: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.500 15.500 20 20',
} as const

export type IconName = keyof typeof PATHS

/** A picture that says nothing by itself: whatever carries it has words. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
