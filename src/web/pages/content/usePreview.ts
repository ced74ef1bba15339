import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, dataOf, ProblemError, type FieldProblem, type Schema } from '../../api.js';
import { attachmentInput, type Attachment } from './attachments.js';

export interface Content {
  subject: string;
  html: string;
  text: string;
  attachments: Attachment[];
}

export interface LivePreview {
  mail: Schema<'TemplatePreview'> | undefined;
  /** What was typed is newer than what is shown. */
  old: boolean;
  /** What stands in the way of showing it: at a field, or as a whole. */
  mistakeAt: (field: 'subject' | 'html' | 'text') => FieldProblem | undefined;
  problem: Error | null;
}

/** Content as a contact would get it, made by the server a moment after the last key. What was shown stays while the next is made. */
export function usePreview(
  content: Content,
  context: { contactId?: string | undefined; senderId?: string | undefined; campaignName?: string | undefined },
): LivePreview {
  const present = JSON.stringify({ content, context });
  const [asked] = useDebouncedValue(present, 350);
  const query = useQuery({
    queryKey: ['preview', asked],
    queryFn: ({ signal }) => {
      const wanted = JSON.parse(asked) as { content: Content; context: typeof context };
      const { subject, html, text, attachments } = wanted.content;
      return dataOf(
        api.POST('/api/v1/templates/preview', {
          signal,
          body: {
            // A subject that is not written yet is no reason to show nothing.
            subject: subject.trim() === '' ? '(no subject)' : subject,
            html,
            text: text.trim() === '' ? null : text,
            attachments: attachments.map(attachmentInput),
            ...wanted.context,
          },
        }),
      );
    },
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
    gcTime: 10_000,
    refetchOnWindowFocus: false,
  });
  const errors = query.error instanceof ProblemError ? query.error.errors : [];
  const current = asked === present;
  return {
    mail: query.data,
    old: !current || query.isPlaceholderData || query.isFetching,
    mistakeAt: (field) => (current ? errors.find((e) => e.pointer === `/${field}`) : undefined),
    problem: query.error,
  };
}
