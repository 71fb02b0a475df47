/** What mail and relations populate. */
import { expect } from "vitest"
import { fixture } from "../../support/fixtures.ts"
import { type Chapter, claim, type World } from "../chapter.ts"
import { accounts, notOwner, personIn } from "../world.ts"

const mailed = fixture("mail_received")
const relation = fixture("new_relation")

const mailChat = async (w: World): Promise<string> =>
  (await w.get(`/conversations?connection=${accounts.mail}`)).items[0].id

export const mail: Chapter = {
  scenarios: {
    mail_received: async (w) => {
      const registration = { channel_type: "gmail", account_name: "Mail", user_id: "user-1" }
      await w.put(`/connections/${accounts.mail}`, registration)
      await w.hook(mailed)
    },
    new_relation: (w) => w.hook(relation)
  },
  specimens: {
    mail: {
      entity: "message",
      look: async (w) => (await w.get(`/conversations/${await mailChat(w)}/messages`)).items[0]
    },
    jo: {
      entity: "participant",
      look: async (w) => personIn(w, await mailChat(w), (member) => member.name === mailed.from_attendee.display_name)
    },
    related: {
      entity: "participant",
      look: (w) => personIn(w, fixture("message_received.linkedin_inbound").chat_id, notOwner)
    }
  },
  claims: [
    ...claim("message", "mail", "mail_received", {
      subject: "Quote for 40 seats",
      contact_email: "jo.brandt@acme.example"
    }),
    ...claim("participant", "jo", "mail_received", { email: "jo.brandt@acme.example" }),
    ...claim("participant", "related", "new_relation", {
      metadata: { relations: { [accounts.linkedin]: expect.objectContaining({ channel_type: "linkedin" }) } }
    })
  ]
}
