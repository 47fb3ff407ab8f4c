"""What one may do with registers; a service's roles give these for its registers and for offices."""

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.rights import right_declare

right_declare("registers.view", label=_("台帳を見る"))
right_declare("registers.personal_view", label=_("台帳の個人情報を見る"), data_class="personal")
right_declare("registers.restricted_view", label=_("台帳の限られた項目を見る"), data_class="restricted")
right_declare("registers.edit", label=_("台帳に書く"))
right_declare("registers.import", label=_("台帳にファイルを取り込む"))
right_declare("registers.approve", label=_("台帳の変更を認める"))
right_declare("registers.keep", label=_("台帳の棚卸しと共有の一覧を管理する"))
