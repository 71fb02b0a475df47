/** Which fields have values: the contract, counted. */
import { useState } from "preact/hooks"
import { html } from "../html.ts"
import { useFetched, useNow } from "../live.ts"
import { Fault, Nothing, Page } from "../parts/page.ts"
import { ago, number, words } from "../wording.ts"

interface Figure {
  readonly entity: string
  readonly field: string
  readonly meaning: string
  readonly populated_by: string
  readonly sensitive: boolean
  readonly required: boolean
  readonly entities: number
  readonly populated: number
  readonly first_populated_at: string | null
}

export const FieldsView = () => {
  const { value, error, again } = useFetched<{ readonly items: ReadonlyArray<Figure> }>("/fields")
  const [isOnlyEmpty, setIsOnlyEmpty] = useState(false)
  const items = (value?.items ?? []).filter(({ populated }) => !isOnlyEmpty || populated === 0)
  const byEntity = Map.groupBy(items, ({ entity }) => entity)
  return html`
    <${Page}
      title="Fields"
      lead="How many entities have each field, counted over all rows, as of when you asked."
      tools=${html`
        <label class="check"
          ><input type="checkbox" checked=${isOnlyEmpty} onChange=${() => setIsOnlyEmpty(!isOnlyEmpty)} /> only what
          nobody has</label
        >
        <button onClick=${again}>Count again</button>
      `}
    >
      <${Fault} text=${error} />
      ${value === null && error === null ? html`<${Nothing}>Counting…<//>` : null}
      ${[...byEntity].map(([entity, figures]) => html`<${Entity} key=${entity} entity=${entity} figures=${figures} />`)}
    <//>
  `
}

const Entity = ({ entity, figures }: { readonly entity: string; readonly figures: ReadonlyArray<Figure> }) => {
  const now = useNow(30_000)
  const { entities } = figures[0]!
  const populated = figures.filter((figure) => figure.populated > 0).length
  return html`
    <details class="card entity" open=${entities > 0}>
      <summary>
        <h2>${words(entity)}</h2>
        <span class="muted">${number(entities)} of them; ${populated} of ${figures.length} fields have values</span>
      </summary>
      <ul class="population">
        ${figures.map(
          (figure) => html`
            <li key=${figure.field} title=${`Populated by: ${figure.populated_by}`}>
              <span class="name"
                ><code>${figure.field}</code
                >${figure.required ? html`<abbr title="required">*</abbr>` : null}${figure.sensitive ? html`<span class="tag">sealed</span>` : null}</span
              >
              <span class="meaning">${figure.meaning}</span>
              <span class="bar" aria-hidden="true"
                ><i style=${{ width: `${figure.entities === 0 ? 0 : (100 * figure.populated) / figure.entities}%` }}></i
              ></span>
              <span class="figure">${figure.populated}<span class="unseen"> of ${figure.entities}</span></span>
              <span class="since muted"
                >${figure.first_populated_at === null ? "" : `since ${ago(figure.first_populated_at, now)}`}</span
              >
            </li>
          `
        )}
      </ul>
    </details>
  `
}
