import { PasswordInput, type PasswordInputProps } from '@mantine/core';

/** A password that is being set. The rule is the API's: twelve characters, whatever they are (NIST SP 800-63B). */
export function NewPasswordInput(props: PasswordInputProps & { value: string }) {
  const { length } = props.value;
  return (
    <PasswordInput
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={12}
      maxLength={200}
      description={
        length > 0 && length < 12
          ? `${12 - length} more ${length === 11 ? 'character' : 'characters'}. A few words are easy to remember.`
          : 'At least 12 characters. A few words are easy to remember.'
      }
      {...props}
    />
  );
}
