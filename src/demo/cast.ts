/** Who appears in the demo: the accounts of a small lamp maker, and the people who write to it. All invented. */

export type Network = "whatsapp" | "linkedin" | "gmail" | "instagram"

export interface Account {
  readonly network: Network
  readonly account_id: string
  readonly account_name: string
  /** `account_type` of the payloads. */
  readonly account_type: string
  /** The account's own id at its network. */
  readonly own_id: string
  readonly rate_limit_per_hour: number
}

/** The account of the first start: the sample payload of the README belongs to it too. */
export const firstAccount = "ryiNb5LlmAmAfGwuyo5X7A"

export const accounts: Readonly<Record<Network, Account>> = {
  whatsapp: {
    network: "whatsapp",
    account_id: firstAccount,
    account_name: "Demo WhatsApp",
    account_type: "WHATSAPP",
    own_id: "351960000111@s.whatsapp.net",
    rate_limit_per_hour: 60
  },
  linkedin: {
    network: "linkedin",
    account_id: "q3V0dWRpb0xpbmtlZElu1A",
    account_name: "Lena Hart",
    account_type: "LINKEDIN",
    own_id: "ACoAADemoLenaHart000000000000000000000",
    rate_limit_per_hour: 20
  },
  gmail: {
    network: "gmail",
    account_id: "bWFpbEBsdW1lbi5leGFtcA",
    account_name: "hello@lanternworks.example",
    account_type: "GOOGLE",
    own_id: "hello@lanternworks.example",
    rate_limit_per_hour: 40
  },
  instagram: {
    network: "instagram",
    account_id: "aW5zdGFncmFtTGFtcHMwMQ",
    account_name: "lanternworks",
    account_type: "INSTAGRAM",
    own_id: "17840000000009001",
    rate_limit_per_hour: 8
  }
}

export interface Somebody {
  readonly name: string
  /** Distinguishes them at every network. */
  readonly number: number
}

const names = [
  "Ben Adeyemi",
  "Sofia Marin",
  "Carl Jensen",
  "Ana Ruiz",
  "Tomás Brandt",
  "Dana Whitlock",
  "Priya Raman",
  "Jo Keller",
  "Kai Sato",
  "Noor Haddad",
  "Mika Lund",
  "Ines Duarte",
  "Oskar Nyberg",
  "Leila Farouk",
  "Hugo Petit",
  "Wanda Kowal",
  "Samir Patel",
  "Greta Voss",
  "Elif Aydin",
  "Pedro Alves",
  "Yuki Mori",
  "Nadia Chen",
  "Owen Clarke",
  "Rosa Bianchi"
] as const
export type Name = (typeof names)[number]

export const people = Object.fromEntries(names.map((name, number) => [name, { name, number }])) as Readonly<
  Record<Name, Somebody>
>

/** People whose only message is older, and the network it came on. */
export const earlier: ReadonlyArray<readonly [Name, Network, string]> = [
  ["Ines Duarte", "whatsapp", "Thank you, the lamp arrived in one piece."],
  ["Oskar Nyberg", "whatsapp", "Could you send me the invoice again?"],
  ["Leila Farouk", "instagram", "Is the brass one coming back in stock?"],
  ["Hugo Petit", "linkedin", "We should talk about the hotel project."],
  ["Wanda Kowal", "whatsapp", "I will be there at nine."],
  ["Samir Patel", "linkedin", "Thanks for connecting, Lena."],
  ["Greta Voss", "instagram", "Saw you at the fair, lovely stand!"],
  ["Elif Aydin", "whatsapp", "Two of the bulbs flicker. What can I do?"],
  ["Pedro Alves", "whatsapp", "Perfect, see you on Monday."],
  ["Yuki Mori", "instagram", "Do you make them in green?"],
  ["Nadia Chen", "linkedin", "Sent you the floor plan."],
  ["Owen Clarke", "whatsapp", "Can I pick it up on Saturday?"]
]
