"""All that Markethall asks of Stripe, one client a resource: `gateway.refunds.create(...)`."""

from __future__ import annotations

from shared.gateway.account_links import AccountLinks
from shared.gateway.accounts import Accounts
from shared.gateway.application_fees import ApplicationFees
from shared.gateway.balance import Balance
from shared.gateway.balance_settings import BalanceSettings
from shared.gateway.balance_transactions import BalanceTransactions
from shared.gateway.calls import Connection
from shared.gateway.charges import Charges
from shared.gateway.customers import Customers
from shared.gateway.disputes import Disputes
from shared.gateway.early_fraud_warnings import EarlyFraudWarnings
from shared.gateway.events import Events
from shared.gateway.files import Files
from shared.gateway.payment_intents import PaymentIntents
from shared.gateway.payment_methods import PaymentMethods
from shared.gateway.payouts import Payouts
from shared.gateway.refunds import Refunds
from shared.gateway.setup_intents import SetupIntents
from shared.gateway.transfers import Transfers
from shared.settings import StripeSettings


class Gateway:
    """Stripe, or the stand-in: only the base address differs.

    What all its methods promise stands at `Resource`.

    Making one costs nothing and opens nothing; `timeout` and `patience` are seconds, of one try
    and of a whole call.
    """

    def __init__(
        self,
        settings: StripeSettings,
        *,
        timeout: float = 10,
        patience: float = 20,
    ) -> None:
        self.connection = Connection(settings, timeout=timeout, patience=patience)
        self.account_links = AccountLinks(self.connection)
        self.accounts = Accounts(self.connection)
        self.application_fees = ApplicationFees(self.connection)
        self.balance = Balance(self.connection)
        self.balance_settings = BalanceSettings(self.connection)
        self.balance_transactions = BalanceTransactions(self.connection)
        self.charges = Charges(self.connection)
        self.customers = Customers(self.connection)
        self.disputes = Disputes(self.connection)
        self.early_fraud_warnings = EarlyFraudWarnings(self.connection)
        self.events = Events(self.connection)
        self.files = Files(self.connection)
        self.payment_intents = PaymentIntents(self.connection)
        self.payment_methods = PaymentMethods(self.connection)
        self.payouts = Payouts(self.connection)
        self.refunds = Refunds(self.connection)
        self.setup_intents = SetupIntents(self.connection)
        self.transfers = Transfers(self.connection)

    async def close(self) -> None:
        """Close the connections, if any were opened."""
        await self.connection.close()
