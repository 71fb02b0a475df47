/** The few pictures: drawn here, so that nothing is fetched. */
import { html } from "../html.ts"
import { own } from "../../../machines/own.ts"

const paths: Readonly<Record<string, string>> = {
  inbox: "M3 12l3-8h12l3 8v7H3z M3 12h5l1.5 3h5L16 12h5",
  accounts:
    "M9 11a4 4 0 100-8 4 4 0 000 8z M2 21c0-4 3-6.5 7-6.5s7 2.500 7 6.500 M17 5.500a3.500 3.500 0 010 6.500 M18.500 15c2.300.8 3.500 2.900 3.500 6",
  runtime: "M3 12h4l3-8 4 16 3-8h4",
  actor: "M5 5h6v5H5z M13 14h6v5h-6z M8 10v6.500h5",
  schedule: "M12 3a9 9 0 100 18 9 9 0 000-18z M12 7v5l3.500 2",
  fields: "M4 6h16 M4 12h11 M4 18h6",
  quarantine: "M12 3l9 16H3z M12 10v4 M12 16.500v.5",
  back: "M15 5l-7 7 7 7",
  theme: "M12 3a9 9 0 100 18z M12 3a9 9 0 010 18",
  leave: "M14 4h5v16h-5 M10 8l-4 4 4 4 M6 12h9",
  play: "M7 4l13 8-13 8z",
  eye: "M2 12s3.500-6.500 10-6.500S22 12 22 12s-3.500 6.500-10 6.500S2 12 2 12z M12 9a3 3 0 100 6 3 3 0 000-6z",
  flame:
    "M12 21c-4 0-6.500-2.600-6.500-6.200C5.500 10 10 8.500 10.500 3c4 2.500 8 6.500 8 11.500 0 4-2.500 6.500-6.500 6.500z",
  whatsapp: "M4 20l1.300-4A8 8 0 1112 20a8 8 0 01-4-1z",
  linkedin: "M5 10v9 M5 5.500v.5 M10 19v-9 M10 14c0-5 8-5.500 8 0v5",
  gmail: "M3 6h18v12H3z M3 7l9 7 9-7",
  instagram:
    "M4 8a4 4 0 014-4h8a4 4 0 014 4v8a4 4 0 01-4 4H8a4 4 0 01-4-4z M12 8.500a3.500 3.500 0 100 7 3.500 3.500 0 000-7z M17 7v.1",
  messenger:
    "M12 4c-5 0-9 3.500-9 8 0 2.500 1.200 4.600 3 6v3l3-1.500c5 1.500 12-1.500 12-7.500 0-4.500-4-8-9-8z M7 14l4-4 2.500 2.500L17 10",
  telegram: "M3 11l18-7-4 16-5-4-3 4-1-6 9-7",
  twitter: "M5 4l14 16 M19 4L5 20",
  calendar: "M4 6h16v14H4z M4 10h16 M8 3v5 M16 3v5"
}
const same: Readonly<Record<string, string>> = { outlook: "gmail", mail: "gmail", scheduling: "calendar" }

/** Decoration: whoever uses it says in words what it stands for. */
export const Icon = ({ name, size = 18 }: { readonly name: string; readonly size?: number }) => html`
  <svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${own(paths, own(same, name) ?? name) ?? paths["inbox"]} />
  </svg>
`

export const Logo = () => html`
  <svg class="logo" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">
    <rect width="24" height="24" rx="6" />
    <path d="M6 8h3.500c3 0 2 8 5 8H18 M6 16h3 M15 8h3" />
    <circle cx="6" cy="8" r="1.600" />
    <circle cx="18" cy="16" r="1.600" />
  </svg>
`
