import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { EvaluationSummary } from '../../../../src/eval/report/served.js'
import { api, messageOf } from '../../api/client.js'
import { link } from '../../app/router.js'
import { Table } from '../../components/table.js'
import { count, day, dollars } from '../../evaluation/format.js'
import { say } from '../../evaluation/texts.js'

/** How often runs that have begun meanwhile are looked for. */
const LOOK_MS = 3_000

/** Every run, newest first. */
export function RunList(): JSX.Element {
  const [runs, setRuns] = useState<readonly EvaluationSummary[]>()
  const [fault, setFault] = useState<string>()
  useEffect(() => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async (): Promise<void> => {
      try {
        setRuns(await api.get<readonly EvaluationSummary[]>('evaluations', { signal: controller.signal }))
        setFault(undefined)
      } catch (error) {
        if (!controller.signal.aborted) setFault(messageOf(error))
      }
      if (!controller.signal.aborted) timer = setTimeout(() => void look(), LOOK_MS)
    }
    void look()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [])
  return (
    <>
      <h1>{say('runs')}</h1>
      {fault !== undefined && <p role="alert">{fault}</p>}
      {runs && (
        <Table
          caption={say('runs')}
          rows={runs}
          keyOf={({ id }) => id}
          empty={say('noRuns')}
          columns={[
            { id: 'id', title: say('run'), cell: ({ id }) => <a href={link('evaluations', id)}>{id}</a> },
            { id: 'status', title: say('status'), cell: ({ status }) => say(status) },
            {
              id: 'contestants',
              title: say('contestant'),
              cell: ({ contestants }) => contestants.join(', '),
            },
            { id: 'judges', title: say('judges'), cell: ({ judges }) => judges.join(', ') },
            { id: 'answers', title: say('answers'), numeric: true, cell: ({ answers }) => count(answers) },
            {
              id: 'judgments',
              title: say('judgments'),
              numeric: true,
              cell: ({ judgments }) => count(judgments),
            },
            { id: 'spent', title: say('spent'), numeric: true, cell: ({ spentUsd }) => dollars(spentUsd) },
            {
              id: 'started',
              title: say('started'),
              cell: ({ createdAt }) => (createdAt === undefined ? '' : day(createdAt)),
            },
          ]}
        />
      )}
    </>
  )
}
