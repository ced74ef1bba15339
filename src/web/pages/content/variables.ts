/** Something that can be put into a mail. */
export interface Variable {
  label: string;
  code: string;
  /** What it is, or an example of what it becomes. */
  note: string;
}

export interface VariableGroup {
  label: string;
  variables: Variable[];
}

/** How Liquid names an attribute: with a dot where its name allows it. */
export function attributePath(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) ? `contact.attributes.${name}` : `contact.attributes[${JSON.stringify(name)}]`;
}

/** What mails can use: of the contact (with the attributes that are known), of the run and the sender, and building blocks of HTML. */
export function variableGroups(attributes: readonly string[], inHtml: boolean): VariableGroup[] {
  const output = (path: string) => `{{ ${path} }}`;
  return [
    {
      label: 'The contact',
      variables: [
        { label: 'Name', code: output('contact.name'), note: 'Ada Lovelace' },
        { label: 'Name, or “there”', code: '{{ contact.name | default: "there" }}', note: 'where no name is known' },
        { label: 'Email address', code: output('contact.email'), note: 'ada@example.com' },
        ...attributes.map((name) => ({ label: name, code: output(attributePath(name)), note: 'attribute' })),
      ],
    },
    {
      label: 'The mail',
      variables: [
        { label: 'Unsubscribe address', code: output('unsubscribeUrl'), note: 'of this contact' },
        { label: 'Campaign', code: output('campaign.name'), note: 'its name' },
        { label: 'Day of the run', code: '{{ run.scheduledFor | date: "%-d %B %Y" }}', note: 'UTC' },
        { label: 'Sender', code: output('sender.fromName'), note: 'the From name' },
        { label: 'Sender’s address', code: output('sender.fromEmail'), note: 'the From address' },
      ],
    },
    ...(inHtml
      ? [
          {
            label: 'Blocks',
            variables: [
              {
                label: 'Unsubscribe link',
                code: '<p><a href="{{ unsubscribeUrl }}">Unsubscribe</a></p>',
                note: 'for the end of the mail',
              },
              { label: 'Link', code: '<a href="https://">…</a>', note: '' },
              { label: 'Picture', code: '<img src="https://" alt="" width="600" style="max-width:100%">', note: '' },
              {
                label: 'Only if known',
                code: '{% if contact.name != "" %}Hello {{ contact.name }}{% endif %}',
                note: '',
              },
            ],
          },
        ]
      : []),
  ];
}
