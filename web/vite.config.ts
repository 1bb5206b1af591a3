import { defineConfig } from 'vite'

/**
 * Two bundles from one project. `app` is what the gateway serves: several files with hashed names. `report` is one script
 * and one style sheet with fixed names, which `moa eval report` puts into a single HTML file.
 */
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  build: {
    outDir: mode === 'report' ? '../dist/web/report' : '../dist/web/app',
    emptyOutDir: true,
    // A font or picture inside a style sheet would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    ...(mode === 'report'
      ? {
          cssCodeSplit: false,
          rollupOptions: {
            input: 'src/report/main.tsx',
            output: { format: 'iife', entryFileNames: 'report.js', assetFileNames: 'report[extname]' },
          },
        }
      : { rollupOptions: { input: 'index.html' } }),
  },
}))
