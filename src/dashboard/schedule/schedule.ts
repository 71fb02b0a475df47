/** The scheduled tasks: when each is due, how its last run went, and the runs themselves. */
import { html } from "../html.ts"
import { useFetched, useLive, useNow, useStore } from "../live.ts"
import { Fault, Nothing, Page } from "../parts/page.ts"
import { ago, ahead, duration, fullTime, number, words } from "../wording.ts"

interface Run {
  readonly task: string
  readonly due: string
  readonly started: string
  readonly took_ms: number
  readonly touched: number
  readonly error: string | null
}

export const Schedule = () => {
  const { api, ops, say } = useLive()
  const { state } = useStore(ops)
  const now = useNow(1_000)
  const tasks = Object.entries(state?.schedule ?? {}).sort(([, a], [, b]) => (a.next_due < b.next_due ? -1 : 1))
  const finished = tasks.map(([, task]) => task.last_finished).join()
  const { value, error } = useFetched<{ readonly runs: ReadonlyArray<Run> }>("/schedule?limit=50", [finished])
  const run = (task: string) =>
    api.ask("POST", `/schedule/${task}/run`).then(
      () => say(`${words(task)} was started.`),
      (refusal: Error) => say(refusal.message)
    )
  return html`
    <${Page} title="Schedule" lead="What runs by itself. What fell due while nobody ran, runs once at start.">
      <${Fault} text=${error} />
      <div class="card table-wrap" tabindex="0" role="region" aria-label="Tasks">
        <table>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Next</th>
              <th scope="col">Last</th>
              <th scope="col" class="figure">Took</th>
              <th scope="col" class="figure">Touched</th>
              <th scope="col">Outcome</th>
              <th scope="col"><span class="unseen">Run</span></th>
            </tr>
          </thead>
          <tbody>
            ${tasks.map(
              ([name, task]) => html`
                <tr key=${name}>
                  <th scope="row">${words(name)}</th>
                  <td title=${fullTime(task.next_due)}>${ahead(task.next_due, now)}</td>
                  <td title=${fullTime(task.last_finished)}>${ago(task.last_finished, now)}</td>
                  <td class="figure">${task.last_finished === null ? "" : duration(task.last_took_ms)}</td>
                  <td class="figure">${task.last_finished === null ? "" : number(task.last_touched)}</td>
                  <td>${outcomeOf(task.running, task.last_error, task.last_finished)}</td>
                  <td>
                    <button class="small" disabled=${task.running !== null} onClick=${() => run(name)}>
                      Run now<span class="unseen">: ${words(name)}</span>
                    </button>
                  </td>
                </tr>
              `
            )}
          </tbody>
        </table>
      </div>
      <h2>Runs</h2>
      ${value?.runs.length === 0 ? html`<${Nothing}>No task has run yet.<//>` : null}
      ${
        value === null || value.runs.length === 0
          ? null
          : html`<div class="card table-wrap" tabindex="0" role="region" aria-label="Runs">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Task</th>
                    <th scope="col">Started</th>
                    <th scope="col" class="figure">Took</th>
                    <th scope="col" class="figure">Touched</th>
                    <th scope="col">Outcome</th>
                  </tr>
                </thead>
                <tbody>
                  ${value.runs.map(
                    (one) => html`
                      <tr key=${one.task + one.started}>
                        <th scope="row">${words(one.task)}</th>
                        <td>${fullTime(one.started)}</td>
                        <td class="figure">${duration(one.took_ms)}</td>
                        <td class="figure">${number(one.touched)}</td>
                        <td>${outcomeOf(null, one.error, one.started)}</td>
                      </tr>
                    `
                  )}
                </tbody>
              </table>
            </div>`
      }
    <//>
  `
}

const outcomeOf = (running: string | null, error: string | null, finished: string | null) => {
  if (running !== null) return html`<span class="mark calm"><i aria-hidden="true"></i>running</span>`
  if (finished === null) return null
  return error === null || error === ""
    ? html`<span class="mark good"><i aria-hidden="true"></i>done</span>`
    : html`<span class="mark bad" title=${error}><i aria-hidden="true"></i>${error}</span>`
}
