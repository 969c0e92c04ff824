"""All that Markethall asks of Stripe, one client a resource: `gateway.refunds.create(...)`."""

from __future__ import annotations

from shared.core.settings import StripeSettings
from shared.infra.gateway.account_links import AccountLinks
from shared.infra.gateway.accounts import Accounts
from shared.infra.gateway.application_fees import ApplicationFees
from shared.infra.gateway.balance import Balance
from shared.infra.gateway.balance_settings import BalanceSettings
from shared.infra.gateway.balance_transactions import BalanceTransactions
from shared.infra.gateway.calls import Connection
from shared.infra.gateway.charges import Charges
from shared.infra.gateway.customers import Customers
from shared.infra.gateway.disputes import Disputes
from shared.infra.gateway.early_fraud_warnings import EarlyFraudWarnings
from shared.infra.gateway.events import Events
from shared.infra.gateway.files import Files
from shared.infra.gateway.payment_intents import PaymentIntents
from shared.infra.gateway.payment_methods import PaymentMethods
from shared.infra.gateway.payouts import Payouts
from shared.infra.gateway.refunds import Refunds
from shared.infra.gateway.setup_intents import SetupIntents
from shared.infra.gateway.transfers import Transfers


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
