import type { JSX } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { EvaluationReply } from '../../../../src/eval/report/served.js'
import type { EvalDocument } from '../../../../src/eval/report/document.js'
import { api, messageOf } from '../../api/client.js'
import { go, link, place } from '../../app/router.js'
import { agreementWith, voteKey, type Vote, type Votes } from '../../evaluation/agreement.js'
import { Fact } from '../../evaluation/compare-panel.js'
import { count } from '../../evaluation/format.js'
import { say } from '../../evaluation/texts.js'
import { EvaluationView } from '../../evaluation/view.js'
import { VoteButtons } from '../../evaluation/vote-buttons.js'
import { t } from '../../i18n/index.js'

/** How often a run that goes on is asked for. */
const LOOK_MS = 2_000

/** One run, followed while it goes on, with the viewer's own votes. */
export function RunPage({ id }: { readonly id: string }): JSX.Element {
  const [shown, setShown] = useState<EvalDocument>()
  const [votes, setVotes] = useState<Votes>(new Map())
  const [fault, setFault] = useState<string>()
  useEffect(
    () =>
      follow(id, {
        onReply: (document, kept) => {
          setFault(undefined)
          setShown(document)
          setVotes(kept)
        },
        onFault: setFault,
      }),
    [id],
  )
  const onVote = useCallback(
    (item: string, contestant: string, vote: Vote | undefined) => {
      const path = `evaluations/${encodeURIComponent(id)}/votes`
      api.put(path, { item, contestant, vote: vote ?? null }).then(
        () =>
          setVotes((before) => {
            const after = new Map(before)
            if (vote === undefined) after.delete(voteKey(item, contestant))
            else after.set(voteKey(item, contestant), vote)
            return after
          }),
        (error: unknown) => setFault(messageOf(error)),
      )
    },
    [id],
  )
  const item = place.value.parts[1]
  const onItem = (wanted: string | undefined): void =>
    go(wanted === undefined ? link('evaluations', id) : link('evaluations', id, wanted))
  const agreement = shown && agreementWith(shown, votes)
  return (
    <>
      <p>
        <a href={link('evaluations')}>{say('allRuns')}</a>
      </p>
      {fault !== undefined && <p role="alert">{fault}</p>}
      {shown === undefined && fault === undefined && <p class="muted">{t('app.loading')}</p>}
      {shown && (
        <EvaluationView
          document={shown}
          place={{ item, onItem }}
          {...(shown.measure.even !== undefined && {
            beside: (item: string, contestant: string) => (
              <VoteButtons
                contestant={contestant}
                vote={votes.get(voteKey(item, contestant))}
                onVote={(vote) => onVote(item, contestant, vote)}
              />
            ),
          })}
          facts={
            agreement && (
              <Fact name={say('agreementWith')}>
                {`${agreement.percent.toFixed(0)} % (${say('votes', { count: count(agreement.votes) })})`}
              </Fact>
            )
          }
        />
      )}
    </>
  )
}

interface Follower {
  readonly onReply: (document: EvalDocument, votes: Votes) => void
  readonly onFault: (message: string) => void
}

/** Asks for a run, and again while it goes on, until the returned function is called. */
function follow(id: string, { onReply, onFault }: Follower): () => void {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let known: { readonly revision: string; readonly running: boolean } | undefined
  const look = async (): Promise<void> => {
    try {
      const query = known === undefined ? '' : `?since=${encodeURIComponent(known.revision)}`
      const reply = await api.get<EvaluationReply>(`evaluations/${encodeURIComponent(id)}${query}`, {
        signal: controller.signal,
      })
      if (!('unchanged' in reply)) {
        const { document, votes, revision } = reply
        known = { revision, running: document.status === 'running' }
        onReply(
          document,
          new Map(votes.map(({ item, contestant, vote }) => [voteKey(item, contestant), vote])),
        )
      }
    } catch (error) {
      if (controller.signal.aborted) return
      onFault(messageOf(error))
    }
    if (known?.running !== false && !controller.signal.aborted) timer = setTimeout(() => void look(), LOOK_MS)
  }
  void look()
  return () => {
    controller.abort()
    clearTimeout(timer)
  }
}
