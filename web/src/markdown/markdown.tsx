import type { JSX } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import '../components/table.css'
import { BlockView } from './block.js'
import { GrowingMarkdown, type Block } from './lexer.js'
import './markdown.css'

export interface MarkdownProps {
  readonly text: string
  /** More may come. */
  readonly live?: boolean
}

/** Text of a model as Markdown. Nothing in it is executed or fetched. */
export function Markdown({ text, live = false }: MarkdownProps): JSX.Element {
  const growing = useRef<GrowingMarkdown>(undefined)
  const nodes = useRef(new WeakMap<Block, JSX.Element>())
  const blocks = useMemo(() => {
    growing.current ??= new GrowingMarkdown()
    return growing.current.update(text, live)
  }, [text, live])
  return (
    <div class="markdown">
      {blocks.map((block, index) => {
        // The very same node tells Preact that there is nothing to do.
        const known = nodes.current.get(block)
        if (known) return known
        const node = <BlockView key={index} token={block.token} live={!block.done} />
        nodes.current.set(block, node)
        return node
      })}
    </div>
  )
}
