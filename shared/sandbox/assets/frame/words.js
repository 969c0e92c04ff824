/* The words of the form, in the languages that it speaks. What the API says stays as it comes. */

const WORDS = {
  en: {
    number: 'Card number', expiry: 'Expiry date', cvc: 'Security code', code: 'CVC', date: 'MM / YY', card: 'Card', newCard: 'New card',
    methods: 'Payment method', save: 'Save this card for future payments', remove: 'Remove', keep: 'Keep', ends: 'ending in', expires: 'Expires',
    really: 'Remove this card?', loading: 'Loading',
    terms: (business) => `By providing your card information, you allow ${business} to charge your card for future payments in accordance with their terms.`, business: 'this business',
    incomplete_number: ['Card number is incomplete.', 'Your card number is incomplete.'],
    invalid_number: ['Your card number is invalid.', 'Your card number is invalid.'],
    incomplete_expiry: ['Date is incomplete.', 'Your card’s expiration date is incomplete.'],
    invalid_expiry_month: ['Date is invalid.', 'Your card’s expiration date is invalid.'],
    invalid_expiry_month_past: ['Date is in the past.', 'Your card’s expiration date is in the past.'],
    invalid_expiry_year: ['Year is invalid.', 'Your card’s expiration year is invalid.'],
    invalid_expiry_year_past: ['Year is in the past.', 'Your card’s expiration year is in the past.'],
    incomplete_cvc: ['Code is incomplete.', 'Your card’s security code is incomplete.'],
    invalid_cvc: ['Code is invalid.'], incorrect_cvc: ['Code is incorrect.'], expired_card: ['Card has expired.'],
    incomplete_payment_details: ['', 'Please choose how to pay.'],
  },
  de: {
    number: 'Kartennummer', expiry: 'Ablaufdatum', cvc: 'Sicherheitscode', code: 'CVC', date: 'MM / JJ', card: 'Karte', newCard: 'Neue Karte',
    methods: 'Zahlungsart', save: 'Diese Karte für künftige Zahlungen speichern', remove: 'Entfernen', keep: 'Behalten', ends: 'mit der Endung', expires: 'Gültig bis',
    really: 'Diese Karte entfernen?', loading: 'Wird geladen',
    terms: (business) => `Mit Ihren Kartendaten erlauben Sie ${business}, Ihre Karte für künftige Zahlungen gemäß den eigenen Bedingungen zu belasten.`, business: 'diesem Unternehmen',
    incomplete_number: ['Nummer ist unvollständig.', 'Die Kartennummer ist unvollständig.'],
    invalid_number: ['Die Kartennummer ist ungültig.', 'Die Kartennummer ist ungültig.'],
    incomplete_expiry: ['Datum ist unvollständig.', 'Das Ablaufdatum der Karte ist unvollständig.'],
    invalid_expiry_month: ['Datum ist ungültig.', 'Das Ablaufdatum der Karte ist ungültig.'],
    invalid_expiry_month_past: ['Datum ist vorbei.', 'Das Ablaufdatum der Karte liegt in der Vergangenheit.'],
    invalid_expiry_year: ['Jahr ist ungültig.', 'Das Ablaufjahr der Karte ist ungültig.'],
    invalid_expiry_year_past: ['Jahr ist vorbei.', 'Das Ablaufjahr der Karte liegt in der Vergangenheit.'],
    incomplete_cvc: ['Code ist unvollständig.', 'Der Sicherheitscode der Karte ist unvollständig.'],
    invalid_cvc: ['Code ist ungültig.'], incorrect_cvc: ['Code ist falsch.'], expired_card: ['Karte ist abgelaufen.'],
    incomplete_payment_details: ['', 'Bitte wählen Sie, wie Sie zahlen.'],
  },
  fr: {
    number: 'Numéro de carte', expiry: 'Date d’expiration', cvc: 'Code de sécurité', code: 'CVC', date: 'MM / AA', card: 'Carte', newCard: 'Nouvelle carte',
    methods: 'Moyen de paiement', save: 'Enregistrer cette carte pour de futurs paiements', remove: 'Supprimer', keep: 'Garder', ends: 'se terminant par', expires: 'Expire fin',
    really: 'Supprimer cette carte ?', loading: 'Chargement',
    terms: (business) => `En donnant vos informations de carte, vous autorisez ${business} à débiter votre carte pour de futurs paiements conformément à ses conditions.`, business: 'cette entreprise',
    incomplete_number: ['Numéro incomplet.', 'Le numéro de votre carte est incomplet.'],
    invalid_number: ['Le numéro de votre carte n’est pas valide.', 'Le numéro de votre carte n’est pas valide.'],
    incomplete_expiry: ['Date incomplète.', 'La date d’expiration de votre carte est incomplète.'],
    invalid_expiry_month: ['Date non valide.', 'La date d’expiration de votre carte n’est pas valide.'],
    invalid_expiry_month_past: ['Date passée.', 'La date d’expiration de votre carte est passée.'],
    invalid_expiry_year: ['Année non valide.', 'L’année d’expiration de votre carte n’est pas valide.'],
    invalid_expiry_year_past: ['Année passée.', 'L’année d’expiration de votre carte est passée.'],
    incomplete_cvc: ['Code incomplet.', 'Le code de sécurité de votre carte est incomplet.'],
    invalid_cvc: ['Code non valide.'], incorrect_cvc: ['Code incorrect.'], expired_card: ['Carte expirée.'],
    incomplete_payment_details: ['', 'Choisissez comment payer.'],
  },
};

let words = WORDS.en;

/* Speak the locale, or English when it is a language that the stand-in does not know. */
function speak(locale = 'auto') {
  const wanted = (locale === 'auto' ? navigator.language : locale).slice(0, 2).toLowerCase();
  const language = wanted in WORDS ? wanted : 'en';
  words = WORDS[language];
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = words[element.dataset.word];
  for (const input of document.querySelectorAll('[data-hint]')) input.placeholder = words[input.dataset.hint];
}
