/** A live inbox in React: the list, the conversation that is open, and who is typing in it. */
import { StrictMode, useState } from "react"
import { createRoot } from "react-dom/client"
import { connect } from "switchboard/client"
import { useConversation, useInbox, useStatus } from "switchboard/client/react"

// In your application: your own backend, which knows who is signed in. Here: vite.config.ts.
const token = async () => {
  const response = await fetch("/feed-token", { method: "POST" })
  return response.ok ? response.text() : Promise.reject(new Error(await response.text()))
}
const client = connect(SWITCHBOARD_URL, token)

const App = () => {
  const [open, setOpen] = useState<string | null>(null)
  const { state, status } = useInbox(client)
  const line = useStatus(client)
  const conversations = Object.entries(state?.conversations ?? {})
  const newestFirst = conversations.sort(([, a], [, b]) => (a.last_message_at! < b.last_message_at! ? 1 : -1))
  return (
    <main>
      <h1>{state === null ? "Inbox" : `Inbox: ${state.totals.unread_count} unread`}</h1>
      <p>
        The line is {line.status}, the inbox is {status}.
      </p>
      <ul>
        {newestFirst.map(([id, { subject, external_thread_id, unread_count }]) => (
          <li key={id}>
            <button onClick={() => setOpen(id)}>{subject ?? external_thread_id}</button> {unread_count} unread
          </li>
        ))}
      </ul>
      {open !== null && <Conversation key={open} id={open} />}
    </main>
  )
}

const Conversation = ({ id }: { readonly id: string }) => {
  const conversation = client.conversation(id)
  const { state, typists, error } = useConversation(client, id)
  if (error !== null) return <p>{error.message}</p>
  return (
    <section>
      <h2>{state?.members.map(({ name, role }) => name ?? role).join(", ")}</h2>
      <p>
        {state?.message_count} messages, {state?.unread_count} unread{" "}
        <button onClick={conversation.read}>Mark read</button>
      </p>
      <textarea onInput={() => conversation.typing(true)} onBlur={() => conversation.typing(false)} />
      <p>{typists.map(({ id, name }) => `${name || id} is typing… `)}</p>
    </section>
  )
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>
)
